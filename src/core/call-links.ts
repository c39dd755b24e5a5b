import { linkExpiresAt } from '#core/link-expiry'
import type { MediaName } from '#core/manifest-schema'
import type { FetchedCall } from '#core/ports/call-provider'

export interface Link {
  readonly url: string
  readonly expiresAt: Date
}

/** The links of one call during one attempt. */
export interface CallLinks {
  /** The newest there is, or undefined where the provider offers none. */
  current(name: MediaName): Link | undefined
  /**
   * A newer link than `stale`, for which the call is fetched again, unless the other artifact just did: one answer has both.
   * @returns undefined where the provider offers none any more
   * @throws what the provider's API throws
   */
  newerThan(stale: Link, name: MediaName, signal: AbortSignal): Promise<Link | undefined>
}

/** @param fetchCall asks the provider once more; only the links of its answer are used: what is committed is what the attempt saw first */
export function createCallLinks(first: FetchedCall, fetchCall: (signal: AbortSignal) => Promise<FetchedCall>): CallLinks {
  let links = linksOf(first)
  let fetching: Promise<void> | undefined

  return {
    current: (name) => links[name],
    async newerThan(stale, name, signal) {
      if (links[name] === stale) {
        fetching ??= fetchAgain(signal)
        await fetching
      }
      return links[name]
    },
  }

  async function fetchAgain(signal: AbortSignal): Promise<void> {
    try {
      links = linksOf(await fetchCall(signal))
    } finally {
      fetching = undefined
    }
  }
}

const linksOf = ({ call, fetchedAt }: FetchedCall): Readonly<Record<MediaName, Link | undefined>> => ({
  transcript: linkOf(call.transcriptUrl, fetchedAt),
  recording: linkOf(call.recordingUrl, fetchedAt),
})

const linkOf = (url: string | undefined, fetchedAt: Date): Link | undefined =>
  url === undefined ? undefined : { url, expiresAt: linkExpiresAt(url, fetchedAt) }
