/** Where the local cloud takes what a sender would post to EventsUrl: its host name resolves nowhere, this path needs none. */
export function eventsEndpoint({ eventsUrl }: { readonly eventsUrl: string }, { endpoint }: { readonly endpoint: string }): string {
  const { hostname, pathname } = new URL(eventsUrl)
  return `${endpoint}/_aws/execute-api/${hostname.split('.')[0]}/$default${pathname}`
}

/** The same place as a function in the local cloud is told that it was asked for: no port, and https, as in AWS. */
export const publicEventsUrl = ({ eventsUrl }: { readonly eventsUrl: string }) =>
  `https://${new URL(eventsUrl).hostname}${new URL(eventsUrl).pathname}`
