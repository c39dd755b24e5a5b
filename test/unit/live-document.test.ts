import { describe, expect, it } from 'vitest'
import { createLiveDocument } from '#adapters/secrets/live-document'
import { ConfigurationError, SettingsUnavailableError } from '#core/errors'

const down = new SettingsUnavailableError('a secret')

/** A document in a store whose answers the test says, and a clock that the test moves. */
function createStore(...answers: readonly (string | Error)[]) {
  let seconds = 0
  let reads = 0
  const reported: unknown[] = []
  const document = createLiveDocument({
    load: async () => {
      const answer = answers[Math.min(reads, answers.length - 1)]
      reads += 1
      if (answer instanceof Error) throw answer
      return answer ?? ''
    },
    parse: (text) => {
      if (text === 'wrong') throw new ConfigurationError('settings', ['it is wrong'])
      return text
    },
    now: () => new Date(seconds * 1_000),
    report: (error) => reported.push(error),
  })
  return {
    ...document,
    reads: () => reads,
    reported: () => reported,
    pass(more: number) {
      seconds += more
    },
  }
}

describe('a live document', () => {
  it('is read once for all who ask at once, and kept for five minutes', async () => {
    const store = createStore('first', 'second')
    const asked = await Promise.all([store.current(), store.current(), store.reread()])
    store.pass(299)

    expect([...asked, await store.current()]).toEqual(['first', 'first', 'first', 'first'])
    expect(store.reads()).toBe(1)
  })

  it('is read again after five minutes, or when something failed with it', async () => {
    const store = createStore('first', 'second', 'third')
    await store.current()
    store.pass(20)
    const reread = await store.reread()
    store.pass(300)

    expect([reread, await store.current()]).toEqual(['second', 'third'])
  })

  it('has a reading that fails reported once, while a good one hides it', async () => {
    const store = createStore('good', 'wrong')
    await store.current()
    store.pass(20)

    await Promise.all([store.reread(), store.reread()])
    store.pass(300)
    await store.current().catch(() => {})

    expect(store.reported()).toEqual([new ConfigurationError('settings', ['it is wrong'])])
  })

  it.each([down, 'wrong'])('holds for its five minutes though a reread fails', async (failure) => {
    const store = createStore('good', failure)
    await store.current()
    store.pass(20)

    expect([await store.reread(), await store.current()]).toEqual(['good', 'good'])
  })

  it('keeps nobody waiting for a reread that hangs while a good one holds, and has it once it ends', async () => {
    const hanging = Promise.withResolvers<string>()
    const answers = [Promise.resolve('good'), hanging.promise]
    let at = 0
    const document = createLiveDocument({
      load: () => answers.shift() ?? Promise.reject(down),
      parse: (text) => text,
      now: () => new Date(at),
      rereadWithinMs: 5,
    })
    await document.current()
    at = 20_000

    const meanwhile = [await document.reread(), await document.current()]
    hanging.resolve('new')

    expect(meanwhile).toEqual(['good', 'good'])
    await expect.poll(() => document.current()).toBe('new')
  })

  it.each(['good', down])('makes no flood of reads of a flood of failures (%s)', async (answer) => {
    const store = createStore(answer)
    await store.current().catch(() => {})
    store.pass(20)

    await Promise.allSettled(Array.from({ length: 100 }, () => store.reread()))
    await Promise.allSettled(Array.from({ length: 100 }, () => store.reread()))

    expect(store.reads()).toBe(2)
  })

  it('fails where none was ever read, and is tried again ten seconds later', async () => {
    const store = createStore(down, 'good')
    await expect(store.current()).rejects.toBe(down)
    store.pass(10)

    await expect(store.current()).resolves.toBe('good')
  })
})
