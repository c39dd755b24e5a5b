import { setTimeout as delay } from 'node:timers/promises'

const LOOK_EVERY_MS = 100

/**
 * Looks until there is something to see, and gives that.
 *
 * @param what ends the sentence "Waited in vain for ..."
 * @throws {Error} nothing was to be seen in time
 */
export async function eventually<T>(what: string, look: () => Promise<T | undefined> | T | undefined, withinMs = 30_000): Promise<T> {
  const deadline = Date.now() + withinMs
  for (;;) {
    const seen = await look()
    if (seen !== undefined) return seen
    if (Date.now() > deadline) throw new Error(`Waited in vain for ${what}, ${withinMs / 1_000} s long.`)
    await delay(LOOK_EVERY_MS)
  }
}
