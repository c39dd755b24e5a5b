import { describe, expect, it } from 'vitest'
import {
  SourceAddressRefusedError,
  SourceEndedEarlyError,
  SourceGoneError,
  SourceLinkLapsedError,
  SourceUnavailableError,
} from '#core/source-errors'
import { createCopy } from '#test/support/copy'
import { wav } from '#test/support/sounds'
import type { SourceAnswer } from '#test/support/twins/memory-sources'

const RECORDING = wav({ seconds: 20 })
const WHOLE = { body: RECORDING, contentType: 'audio/wav', etag: '"r1"' }
const OTHER = { body: wav({ seconds: 10 }), contentType: 'audio/wav', etag: '"r2"' }
const CUT = { ...WHOLE, cutAfterBytes: 150_000 }
const { etag: _, ...CUT_WITHOUT_ETAG } = CUT

describe('a copy whose download breaks off', () => {
  it('goes on with the same body over a fresh link', async () => {
    const copy = createCopy({ answers: [[CUT], [WHOLE]] })

    const stored = await copy.run()

    expect(stored).toMatchObject({ bytes: RECORDING.length, source: { etag: '"r1"' } })
    expect(copy.storedBodies()).toEqual([RECORDING])
    expect(copy.opened()).toEqual(['link 1', 'link 2'])
  })

  it('goes on twice', async () => {
    const copy = createCopy({ answers: [[CUT], [{ ...WHOLE, cutAfterBytes: 250_000 }], [WHOLE]] })

    await copy.run()

    expect(copy.storedBodies()).toEqual([RECORDING])
    expect(copy.opened()).toEqual(['link 1', 'link 2', 'link 3'])
  })

  it.each([
    ['the entity changed', [[CUT], [OTHER]]],
    ['no ranges are given', [[CUT], [{ ...OTHER, givesRanges: false }]]],
    ['its etag is weak', [[{ ...CUT, etag: 'W/"r1"' }], [OTHER]]],
    ['it has no etag', [[CUT_WITHOUT_ETAG], [OTHER]]],
    ['its length was not declared', [[{ ...CUT, declaresLength: false }], [OTHER]]],
  ])('starts over where %s, and stores the new whole', async (_why, answers) => {
    const copy = createCopy({ answers })

    await copy.run()

    expect(copy.storedBodies()).toEqual([OTHER.body])
  })

  it('costs three downloads at most, and stores nothing then', async () => {
    const copy = createCopy({ answers: [[CUT]] })

    await expect(copy.run()).rejects.toBeInstanceOf(SourceEndedEarlyError)
    expect(copy.opened()).toHaveLength(3)
    expect(copy.storedBodies()).toEqual([])
  })

  it('goes on with the old link where the provider does not answer', async () => {
    const copy = createCopy({ answers: [[CUT, WHOLE]], fetches: [new SourceUnavailableError('the provider, here')] })

    await copy.run()

    expect(copy.storedBodies()).toEqual([RECORDING])
    expect(copy.opened()).toEqual(['link 1', 'link 1'])
  })

  it('starts over where the rest does not begin within 10 s', async () => {
    const copy = createCopy({ answers: [[CUT], [OTHER]], stuckFetches: [1] })

    const running = copy.run()
    await copy.letTimePass(10)

    await running
    expect(copy.storedBodies()).toEqual([OTHER.body])
  })

  it('waits 10 s for the rest, no less', async () => {
    const copy = createCopy({ answers: [[CUT], [WHOLE]], stuckFetches: [1] })

    const running = copy.run()
    await copy.letTimePass(9.9)
    copy.answerStuckFetches()

    await running
    expect(copy.storedBodies()).toEqual([RECORDING])
  })

  it.each([
    ['refused', new SourceAddressRefusedError('it is no public address'), SourceAddressRefusedError],
    ['gone', { status: 404 }, SourceGoneError],
  ])('ends with what befell its rest where that is %s', async (_what, answer, meaning) => {
    const copy = createCopy({ answers: [[CUT], [answer]] })

    await expect(copy.run()).rejects.toBeInstanceOf(meaning)
    expect(copy.storedBodies()).toEqual([])
  })

  it('ends with the reason when its time is up while it looks for the rest', async () => {
    const [reason, caller] = [new Error('the time is up'), new AbortController()]
    const copy = createCopy({ answers: [[CUT], [WHOLE]], stuckFetches: [1] })

    const running = copy.run(caller.signal)
    await copy.letTimePass(1)
    caller.abort(reason)

    await expect(running).rejects.toBe(reason)
    expect(copy.opened()).toEqual(['link 1'])
    expect(copy.storedBodies()).toEqual([])
  })
})

describe('a copy', () => {
  it.each([
    ['stores it', { answers: [[WHOLE]] }],
    ['refuses it', { answers: [[{ body: '<html>', contentType: 'audio/wav' }]] }],
    ['finds it too short', { answers: [[CUT_WITHOUT_ETAG]] }],
    ['spools it', { answers: [[{ ...WHOLE, declaresLength: false }]] }],
  ])('has closed what it opened when it reports that it %s', async (_end, options) => {
    const copy = createCopy(options)

    await copy.run().catch(() => {})

    expect(copy.opened()).not.toEqual([])
    expect(copy.bodiesOpen()).toBe(0)
  })

  it('has closed what it opened when its time is up', async () => {
    const [copy, caller] = [createCopy({ answers: [[CUT], [WHOLE]], stuckFetches: [1] }), new AbortController()]

    const running = copy.run(caller.signal)
    await copy.letTimePass(1)
    caller.abort(new Error('the time is up'))

    await expect(running).rejects.toThrow('the time is up')
    expect(copy.bodiesOpen()).toBe(0)
  })

  it.each<[string, SourceAnswer]>([
    ['a page', { body: '<html>', contentType: 'audio/wav' }],
    ['nothing', { body: '', contentType: 'audio/wav' }],
    ['a text', { body: 'no such recording', contentType: 'audio/wav' }],
    ['noise of another type', { body: Buffer.from([0, 1, 2, 3]), contentType: 'application/octet-stream' }],
  ])('begins no upload of %s', async (_what, answer) => {
    const copy = createCopy({ answers: [[answer]] })

    await expect(copy.run()).rejects.toMatchObject({ code: 'SOURCE_CONTENT_WRONG' })

    expect(copy.putsBegun()).toBe(0)
  })
})

describe('a link', () => {
  it.each([401, 403, 410])('that answers %i is fetched again, once', async (status) => {
    const copy = createCopy({ answers: [[{ status }], [WHOLE]] })
    const refused = createCopy({ answers: [[{ status }]] })

    await copy.run()

    expect(copy.storedBodies()).toEqual([RECORDING])
    await expect(refused.run()).rejects.toMatchObject({ code: status === 410 ? 'SOURCE_GONE' : 'SOURCE_LINK_LAPSED' })
    expect(refused.opened()).toEqual(['link 1', 'link 2'])
  })

  it('whose connection is cut before an answer is opened again, three times in all', async () => {
    const cut = new SourceEndedEarlyError(0, undefined)
    const [once, always] = [createCopy({ answers: [[cut], [WHOLE]] }), createCopy({ answers: [[cut]] })]

    await once.run()

    expect(once.storedBodies()).toEqual([RECORDING])
    await expect(always.run()).rejects.toBe(cut)
    expect(always.opened()).toHaveLength(3)
  })

  it('that cannot be reached is looked for later', async () => {
    const copy = createCopy({ answers: [[new SourceUnavailableError('could not be reached (ECONNREFUSED)')], [WHOLE]] })

    await expect(copy.run()).rejects.toMatchObject({ code: 'SOURCE_UNAVAILABLE' })
    expect(copy.opened()).toEqual(['link 1'])
  })

  it.each([404, 500])('that answers %i is looked for later', async (status) => {
    const copy = createCopy({ answers: [[{ status }]] })

    await expect(copy.run()).rejects.toThrow()
    expect(copy.opened()).toEqual(['link 1'])
  })

  it.each([
    [119, ['link 2']],
    [121, ['link 1']],
  ])('with %i s left is fetched again first, or not', async (seconds, opened) => {
    const copy = createCopy({ answers: [[WHOLE]], linkSeconds: [seconds, 3_600] })

    await copy.run()

    expect(copy.opened()).toEqual(opened)
  })

  it('that lapses soon however often it is fetched is used', async () => {
    const copy = createCopy({ answers: [[WHOLE]], linkSeconds: [30] })

    await copy.run()

    expect(copy.opened()).toEqual(['link 2'])
  })

  it('that lapsed between a cut and the rest is fetched again', async () => {
    const copy = createCopy({ answers: [[CUT], [{ status: 403 }], [WHOLE]] })

    await copy.run()

    expect(copy.opened()).toEqual(['link 1', 'link 2', 'link 3'])
    expect(copy.storedBodies()).toEqual([RECORDING])
  })

  it('that is refused twice is left for later', async () => {
    const copy = createCopy({ answers: [[{ status: 403 }], [CUT], [{ status: 403 }]] })

    await expect(copy.run()).rejects.toBeInstanceOf(SourceLinkLapsedError)
  })
})
