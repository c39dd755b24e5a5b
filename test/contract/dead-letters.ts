import { describe, expect, it } from 'vitest'
import type { DeadLetters } from '#core/ports/dead-letters'

export interface DeadLettersSubject {
  readonly deadLetters: DeadLetters
  put(body: string): Promise<void>
}

/** What every dead-letter queue promises: src/core/ports/dead-letters.ts. */
export function describeDeadLettersContract(name: string, makeSubject: () => Promise<DeadLettersSubject>): void {
  describe(`${name} as a dead-letter queue`, () => {
    const takeAll = async (deadLetters: DeadLetters) => {
      const letters = []
      for (;;) {
        const taken = await deadLetters.take(10, 60)
        if (taken.length === 0) return letters
        letters.push(...taken)
      }
    }

    it('gives a letter as it was put, to one who takes it', async () => {
      const { deadLetters, put } = await makeSubject()
      const before = Date.now() - 1_000
      await put('{"not":"a message"}')

      const [letter, ...others] = await takeAll(deadLetters)

      expect(others).toEqual([])
      expect(letter?.body).toBe('{"not":"a message"}')
      expect(letter?.sentAt.getTime()).toBeGreaterThanOrEqual(before)
      expect(await deadLetters.take(10, 60)).toEqual([])
    })

    it('gives no more than are wanted, and every one in the end', async () => {
      const { deadLetters, put } = await makeSubject()
      const bodies = Array.from({ length: 23 }, (_, index) => `letter ${String(index).padStart(2, '0')}`)
      for (const body of bodies) await put(body)

      const few = await deadLetters.take(3, 60)
      const rest = await takeAll(deadLetters)

      expect(few.length).toBeLessThanOrEqual(3)
      expect([...few, ...rest].map(({ body }) => body).sort()).toEqual(bodies)
    })

    it('shows a letter again when its time is over, and never one that was removed', async () => {
      const { deadLetters, put } = await makeSubject()
      await put('stays')
      await put('goes')
      const taken = []
      while (taken.length < 2) taken.push(...(await deadLetters.take(10, 1)))

      await deadLetters.remove(taken.find(({ body }) => body === 'goes')!)
      const again = async () => (await deadLetters.take(10, 30)).map(({ body }) => body)

      await expect.poll(again, { timeout: 10_000 }).toEqual(['stays'])
      expect(await again()).toEqual([])
    })
  })
}
