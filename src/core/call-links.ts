import { addAbortListener } from 'node:events'
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
  let fetching: Fetching | undefined

  return {
    current: (name) => links[name],
    async newerThan(stale, name, signal) {
      if (links[name] === stale) await fetchedAgain(signal)
      return links[name]
    },
  }

  /** One fetch for both artifacts: it lasts as long as one of them waits for it. */
  async function fetchedAgain(signal: AbortSignal): Promise<void> {
    signal.throwIfAborted()
    fetching ??= startFetching()
    const joined = fetching
    joined.waiting += 1
    try {
      await unlessAborted(joined.done, signal)
    } finally {
      joined.waiting -= 1
      if (joined.waiting === 0) joined.giveUp()
    }
  }

  function startFetching(): Fetching {
    const unwanted = new AbortController()
    const end = () => {
      if (fetching === started) fetching = undefined
    }
    const giveUp = () => {
      if (fetching === started) unwanted.abort()
      end()
    }
    const done = fetchCall(unwanted.signal)
      .then((fetched) => {
        if (fetching === started) links = linksOf(fetched)
      })
      .finally(end)
    const started: Fetching = { done, giveUp, waiting: 0 }
    return started
  }
}

interface Fetching {
  readonly done: Promise<void>
  readonly giveUp: () => void
  waiting: number
}

async function unlessAborted(done: Promise<void>, signal: AbortSignal): Promise<void> {
  const aborted = Promise.withResolvers<never>()
  using _abort = addAbortListener(signal, () => aborted.reject(signal.reason))
  await Promise.race([done, aborted.promise])
}

const linksOf = ({ call, fetchedAt }: FetchedCall): Readonly<Record<MediaName, Link | undefined>> => ({
  transcript: linkOf(call.transcriptUrl, fetchedAt),
  recording: linkOf(call.recordingUrl, fetchedAt),
})

const linkOf = (url: string | undefined, fetchedAt: Date): Link | undefined =>
  url === undefined ? undefined : { url, expiresAt: linkExpiresAt(url, fetchedAt) }
