import type { LiveDocument } from '#core/ports/live-document'

const FRESH_MS = 300_000
/** A flood of wrong signatures must not become a flood of reads. */
const REREAD_PAUSE_MS = 10_000

export interface LiveDocumentOptions<T> {
  readonly load: () => Promise<string>
  /** @throws {ConfigurationError} the text is not such a document */
  readonly parse: (text: string) => T
  readonly now: () => Date
}

/** A document that is kept for five minutes. Concurrent readers share one read; a failed one is forgotten, so that the next tries again. */
export function createLiveDocument<T>({ load, parse, now }: LiveDocumentOptions<T>): LiveDocument<T> {
  let reading: Promise<T> | undefined
  let readAt = 0

  return {
    current: () => (reading !== undefined && age() < FRESH_MS ? reading : read()),
    reread: () => (reading !== undefined && age() < REREAD_PAUSE_MS ? reading : read()),
  }

  function read(): Promise<T> {
    const attempt = load().then(parse)
    readAt = now().getTime()
    reading = attempt
    attempt.catch(() => {
      if (reading === attempt) reading = undefined
    })
    return attempt
  }

  function age() {
    return now().getTime() - readAt
  }
}
