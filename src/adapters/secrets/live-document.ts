import { setTimeout } from 'node:timers/promises'
import type { LiveDocument } from '#core/ports/live-document'

const FRESH_MS = 300_000
/** A flood of wrong signatures must not become a flood of reads, whether they succeed or fail. */
const PAUSE_MS = 10_000

export interface LiveDocumentOptions<T> {
  readonly load: () => Promise<string>
  /** @throws {ConfigurationError} the text is not such a document */
  readonly parse: (text: string) => T
  readonly now: () => Date
  /** Told, once for each reading that fails while the last good one still holds: nobody else would hear of it until that is over. */
  readonly report?: (error: unknown) => void
  /** How long whoever has it reread waits while a good reading is there: a stranger can ask for that. Without it, until it ends. */
  readonly rereadWithinMs?: number
}

interface Reading<T> {
  readonly document: Promise<T>
  readonly at: number
}

/**
 * A document that is kept for five minutes. Concurrent readers share one read.
 *
 *   good read            reread fails: the good one holds        its five minutes are over
 *   |--------------------|---------------------------------------|------------------------>
 */
export function createLiveDocument<T>({ load, parse, now, report = () => {}, rereadWithinMs }: LiveDocumentOptions<T>): LiveDocument<T> {
  let good: Reading<T> | undefined
  let last: Reading<T> | undefined

  return {
    current: async () => (isYounger(good, FRESH_MS) ? good.document : read()),
    reread: async () => {
      const document = read()
      return isYounger(good, FRESH_MS) ? orHeld(document, good.document) : document
    },
  }

  function read(): Promise<T> {
    if (isYounger(last, PAUSE_MS)) return last.document
    const reading = { document: load().then(parse), at: now().getTime() }
    last = reading
    reading.document.then(
      () => {
        good = reading
      },
      (error) => {
        if (isYounger(good, FRESH_MS)) report(error)
      },
    )
    return reading.document
  }

  /** What is read, or what is held where the reading fails or takes too long. It goes on, and whoever comes next has it. */
  async function orHeld(document: Promise<T>, held: Promise<T>): Promise<T> {
    const patience = new AbortController()
    const { signal } = patience
    const ended = rereadWithinMs === undefined ? [] : [setTimeout(rereadWithinMs, held, { signal })]
    try {
      return await Promise.race([document, ...ended])
    } catch {
      return held
    } finally {
      patience.abort()
    }
  }

  function isYounger(reading: Reading<T> | undefined, milliseconds: number): reading is Reading<T> {
    return reading !== undefined && now().getTime() - reading.at < milliseconds
  }
}
