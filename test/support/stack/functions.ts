/**
 * The deployed functions, as their schedules and log readers reach them: plain requests, which the local cloud takes unsigned.
 */
export function createFunctions(endpoint: string, stage = 'local') {
  const nameOf = (name: string) => `callvault-${stage}-${name}`

  return {
    /** Runs a function to its end, and gives what it answered. @throws {Error} it failed, with what it said */
    async invoke(name: string, event: object = {}): Promise<unknown> {
      const response = await fetch(`${endpoint}/2015-03-31/functions/${nameOf(name)}/invocations`, {
        method: 'POST',
        body: JSON.stringify(event),
        signal: AbortSignal.timeout(60_000),
      })
      const answer = await response.text()
      const failure = response.headers.get('x-amz-function-error')
      if (!response.ok || failure !== null) throw new Error(`${name} answered ${response.status} ${failure ?? ''}: ${answer}`)
      return answer === '' ? undefined : JSON.parse(answer)
    },
    /** Every line that a function has logged. */
    async logOf(name: string): Promise<string[]> {
      const lines: string[] = []
      let nextToken: string | undefined
      do {
        const page = await filterLogEvents(endpoint, { logGroupName: `/aws/lambda/${nameOf(name)}`, nextToken })
        lines.push(...page.events.map(({ message }) => message))
        nextToken = page.nextToken
      } while (nextToken !== undefined)
      return lines
    },
  }
}

interface LogPage {
  readonly events: readonly { readonly message: string }[]
  readonly nextToken?: string
}

async function filterLogEvents(endpoint: string, request: object): Promise<LogPage> {
  const response = await fetch(endpoint, {
    method: 'POST',
    headers: { 'content-type': 'application/x-amz-json-1.1', 'x-amz-target': 'Logs_20140328.FilterLogEvents' },
    body: JSON.stringify(request),
    signal: AbortSignal.timeout(30_000),
  })
  if (!response.ok) throw new Error(`FilterLogEvents was answered ${response.status}: ${await response.text()}`)
  return (await response.json()) as LogPage
}
