import { addSeconds } from '#core/instants'
import type { DeadLetter, DeadLetters } from '#core/ports/dead-letters'

interface Hidden extends DeadLetter {
  readonly hiddenUntil: Date
}

/** The twin of the dead-letter queue. */
export function createMemoryDeadLetters(now: () => Date = () => new Date()): DeadLetters & { put(body: string): void } {
  const letters = new Map<string, Hidden>()

  return {
    put(body) {
      const id = `letter-${letters.size + 1}`
      letters.set(id, { id, body, sentAt: now(), receipt: id, hiddenUntil: new Date(0) })
    },
    async take(limit, hiddenSeconds) {
      const inSight = [...letters.values()].filter(({ hiddenUntil }) => hiddenUntil <= now()).slice(0, limit)
      for (const letter of inSight) letters.set(letter.id, { ...letter, hiddenUntil: addSeconds(now(), hiddenSeconds) })
      return inSight.map(({ hiddenUntil: _, ...letter }) => letter)
    },
    remove: async ({ receipt }) => void letters.delete(receipt),
  }
}
