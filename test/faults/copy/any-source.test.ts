import fc from 'fast-check'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { describeWith } from '#test/support/engines/available'
import { type Entity, faultySource, type Turn } from '#test/support/faulty-source'
import { type CopyRig, createCopyRig } from './copy-rig.ts'

const RUNS = 500

/** How a server is made: for all its answers, so that a run stays with its one weakness. */
const server = fc.record({
  isChunked: oneIn(4),
  givesRanges: oneIn(6).map((isPoor) => !isPoor),
  ignoresIfRange: fc.boolean(),
  partIsEarlyBy: fc.constantFrom(0, 0, 0, 1, 10),
  writes: fc.array(fc.constantFrom(1, 2, 100, 1_460, 8_191, 65_536), { minLength: 1, maxLength: 5 }),
  tag: fc.constantFrom<Tag>('strong', 'strong', 'weak', 'none'),
  lengths: fc.constantFrom(
    [5_000, 5_000, 5_000],
    [60_000, 60_000, 60_000],
    [20, 5_000, 300],
    [60_000, 5_000, 5_001],
    [1_500_000, 60_000, 2_000_000],
  ),
})
const turns = fc.array(
  fc.record({
    /** It has another entity than the time before. */
    isNewer: fc.boolean(),
    percent: fc.integer({ min: 0, max: 100 }),
    end: fc.oneof(
      { weight: 8, arbitrary: fc.constantFrom('whole' as const, 'resetsAt' as const) },
      // The link lapses, whether or not the length of what it led to was told.
      { weight: 2, arbitrary: fc.constantFrom(401, 403, 410) },
      { weight: 1, arbitrary: fc.constantFrom('endsAt' as const, 404, 500) },
    ),
  }),
  { minLength: 1, maxLength: 4 },
)

describeWith('versitygw', (engine) => {
  describe('whatever a source does', () => {
    let rig: CopyRig
    beforeAll(async () => {
      rig = await createCopyRig(engine)
    })
    afterAll(() => rig.close())

    it('the stored bytes are its last whole entity, or nothing is stored', async () => {
      await fc.assert(
        fc.asyncProperty(server, turns, fc.nat(), async (made, drawn, seed) => {
          const given = turnsOf(made, drawn, seed)
          const answer = faultySource(given)
          let asked = 0
          let rangeAsked: string | undefined
          const link = rig.server.link((request, response) => {
            asked += 1
            if (asked === 2) rangeAsked = request.headers.range
            answer(request, response)
          })

          const { stored, error, bodies } = await rig.copyFrom(link)

          const last = given[Math.min(asked, given.length) - 1]?.entity?.body
          expect(bodies.map((body) => body.equals(last ?? Buffer.alloc(0)))).toEqual(stored === undefined ? [] : [true])
          expect(stored === undefined).toBe(error !== undefined)
          if (mustBeStored(made, drawn)) expect(error).toBeUndefined()
          if (mustGoOn(made, drawn)) expect(rangeAsked).toMatch(/^bytes=\d+-$/)
          expect(asked).toBeLessThanOrEqual(3)
          await expect(rig.filesLeft()).resolves.toEqual([])
        }),
        { numRuns: RUNS },
      )
    })
  })
})

/** A whole answer at once, or a break with a whole rest behind it. */
function mustBeStored(made: Drawn<typeof server>, drawn: Drawn<typeof turns>): boolean {
  return drawn[0]?.end === 'whole' || lapsesOnce(drawn) || mustGoOn(made, drawn)
}

/** The first link, or the one after a break, is not honoured; the fresh one leads to the whole. */
function lapsesOnce([first, second, third]: Drawn<typeof turns>): boolean {
  if (isLapse(first)) return second?.end === 'whole'
  return first?.end === 'resetsAt' && isLapse(second) && third?.end === 'whole'
}

const isLapse = (turn: Drawn<typeof turns>[number] | undefined) => [401, 403, 410].includes(Number(turn?.end))

/** The same entity over two turns of a server that gives its rest; in the middle, so that something came and something is left. */
function mustGoOn(made: Drawn<typeof server>, [first, second]: Drawn<typeof turns>): boolean {
  const givesRest = made.tag === 'strong' && made.givesRanges && !made.isChunked && made.partIsEarlyBy === 0
  const breaks = first?.end === 'resetsAt' && first.percent > 10 && first.percent < 90
  return givesRest && breaks && second?.end === 'whole' && !second.isNewer
}

type Tag = 'strong' | 'weak' | 'none'
type Drawn<A> = A extends fc.Arbitrary<infer T> ? T : never

function turnsOf({ tag, lengths, writes, ...made }: Drawn<typeof server>, drawn: Drawn<typeof turns>, seed: number): Turn[] {
  const how = { ...made, writes: [...writes, 65_536] } // a long body byte by byte would take minutes
  let age = -1
  return drawn.map(({ isNewer, percent, end }) => {
    age += isNewer || age < 0 ? 1 : 0
    const entity = entityOf(age, tag, lengths[age % lengths.length] ?? 20, seed)
    if (end === 'whole') return { ...how, entity }
    return typeof end === 'number'
      ? { ...how, entity, status: end }
      : { ...how, entity, [end]: Math.floor((percent * entity.body.length) / 100) }
  })
}

/** Sound of a length that its header does not know, as in a stream. Weak tags call all entities alike: they are, to hear. */
function entityOf(age: number, tag: Tag, length: number, seed: number): Entity {
  const body = Buffer.alloc(length, `${seed}.${age} `)
  body.write('RIFF\0\0\0\0WAVE', 0, 'latin1')
  if (tag === 'none') return { body }
  return { body, etag: tag === 'weak' ? 'W/"alike"' : `"${age}"` }
}

function oneIn(count: number): fc.Arbitrary<boolean> {
  return fc.nat({ max: count - 1 }).map((index) => index === 0)
}
