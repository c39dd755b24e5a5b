import { describe, expect, it } from 'vitest'
import { createAllomiaProvider } from '#adapters/allomia/call-provider'
import type { ApiAnswer } from '#adapters/allomia/exchange'
import { secondsBetween } from '#core/instants'
import type { Pace } from '#core/ports/call-listing'
import { type AllomiaRules, settingsDocument, tenantKey } from '#test/support/allomia-settings'
import { createManualClock } from '#test/support/manual-clock'

const START = new Date('2026-03-03T15:00:00.000Z')
const QUERY = { organizationId: 'org_1', from: START, to: START }
const NEVER = new AbortController().signal
const PAGE: ApiAnswer = { status: 200, headers: {}, body: Buffer.from('{"calls":[],"pagination":{"hasNextPage":false,"total":0}}') }

const refused = (status: number, headers: ApiAnswer['headers'] = {}): ApiAnswer => ({ status, headers, body: new Uint8Array() })

/** A provider whose API answers by a list, the last one again and again; and when it was asked, in seconds from the start. */
function createApi({ answers = [PAGE], rules = {}, later = [], share = 1, latencySeconds = 0 }: ApiPlan = {}) {
  const clock = createManualClock(START)
  const asked: { readonly at: number; readonly key: string | undefined; readonly page: string | null }[] = []
  const settings = settingsDocument({ maxRequestsPerSecond: 2, ...rules }, ...later)
  const provider = createAllomiaProvider({
    settings,
    clock: clock.now,
    sleep: clock.sleep,
    share,
    async exchange(url, authorization, signal) {
      asked.push({ at: secondsBetween(START, clock.now()), key: authorization.split(' ')[1], page: url.searchParams.get('page') })
      const answer = answers[Math.min(asked.length, answers.length) - 1]!
      if (latencySeconds > 0) await clock.sleep(latencySeconds * 1_000, signal)
      return answer
    },
  })
  const ask = (page = 1, pace: Pace = 'live', signal = NEVER) =>
    provider.page(QUERY, page, pace, signal).then(
      () => 'answered' as const,
      (error: { readonly code?: string; readonly retryAfterSeconds?: number }) => error,
    )
  return { ...clock, asked, ask, times: () => asked.map(({ at }) => at) }
}

/** One whose API failed five times in a row, which takes 5 s to answer and would answer now, a minute later. */
async function refusedAndRested() {
  const answers = [...Array.from({ length: 5 }, () => refused(500)), PAGE]
  const api = createApi({ answers, rules: { maxRequestsPerSecond: 1_000 }, latencySeconds: 5 })
  const first = Array.from({ length: 5 }, () => api.ask())
  await api.pass(5)
  await Promise.all(first)
  await api.pass(60)
  return api
}

interface ApiPlan {
  /** How long an answer takes. */
  readonly latencySeconds?: number
  readonly answers?: readonly ApiAnswer[]
  readonly rules?: AllomiaRules
  readonly later?: readonly AllomiaRules[]
  readonly share?: number
}

describe('the rate', () => {
  it('is never more than the process’s share, however many ask at once', async () => {
    const api = createApi({ rules: { maxRequestsPerSecond: 4 }, share: 0.5 })

    const asked = Array.from({ length: 12 }, () => api.ask())
    await api.pass(10)

    expect(await Promise.all(asked)).toEqual(Array.from({ length: 12 }, () => 'answered'))
    expect(api.times()).toEqual([0, 0, 0, 0, 0, 0.5, 1, 1.5, 2, 2.5, 3, 3.5])
  })

  it('lets live requests go before a backfill’s', async () => {
    const api = createApi({ rules: { maxRequestsPerSecond: 0.5 } })

    const asked = [api.ask(1), api.ask(2), api.ask(30, 'backfill'), api.ask(31, 'backfill'), api.ask(3), api.ask(4)]
    await api.pass(60)

    await Promise.all(asked)
    expect(api.asked.map(({ page }) => page)).toEqual(['1', '2', '3', '4', '30', '31'])
  })

  it('sends away whoever would wait for long, without asking', async () => {
    const api = createApi({ rules: { maxRequestsPerSecond: 0.1 } })

    const asked = Array.from({ length: 5 }, () => api.ask())
    await api.pass(60)

    const ends = await Promise.all(asked)
    expect(api.times()).toEqual([0, 8, 18])
    expect(ends.slice(3)).toMatchObject([{ code: 'PROVIDER_RATE_REACHED' }, { code: 'PROVIDER_RATE_REACHED' }])
  })

  it('is not held up by one that gave up waiting', async () => {
    const api = createApi({ rules: { maxRequestsPerSecond: 0.5 } })
    const given = new AbortController()

    const asked = [api.ask(1), api.ask(2), api.ask(3, 'live', given.signal), api.ask(4)]
    await api.pass(1)
    given.abort(new Error('given up'))
    await api.pass(10)

    expect(await asked[2]).toMatchObject({ message: 'given up' })
    expect(api.asked.map(({ page }) => page)).toEqual(['1', '2', '4'])
  })
})

describe('a refused API key', () => {
  it.each([401, 403, 429, 500, 503])('is left alone for a minute after five answers of %i in a row, then tried once', async (status) => {
    const api = createApi({ answers: [refused(status)], rules: { maxRequestsPerSecond: 1_000 } })

    for (let attempt = 0; attempt < 8; attempt += 1) await api.ask()
    const inTheFirst = api.asked.length
    await api.pass(57)
    await api.ask()
    const before = api.asked.length
    await api.pass(3)
    for (let attempt = 0; attempt < 3; attempt += 1) await api.ask()

    expect([inTheFirst, before, api.asked.length]).toEqual([5, 5, 6])
  })

  it('is tried once after the minute however many would ask, and as before once that was answered', async () => {
    const api = await refusedAndRested()

    const many = Array.from({ length: 10 }, () => api.ask())
    await api.pass(5)
    const ends = await Promise.all(many)
    const after = Array.from({ length: 3 }, () => api.ask())
    await api.pass(5)

    expect(ends.filter((end) => end === 'answered')).toHaveLength(1)
    expect(ends.filter((end) => end !== 'answered')).toMatchObject(Array.from({ length: 9 }, () => ({ code: 'PROVIDER_UNAVAILABLE' })))
    expect(await Promise.all(after)).toEqual(['answered', 'answered', 'answered'])
    expect(api.asked).toHaveLength(5 + 1 + 3)
  })

  it('is tried by another where the one that tried it was cut off', async () => {
    const api = await refusedAndRested()
    const invocation = new AbortController()
    const probe = api.ask(1, 'live', invocation.signal)
    await api.pass(1)
    invocation.abort(new Error('the invocation is over'))

    expect(await probe).toMatchObject({ message: 'the invocation is over' })
    const next = api.ask()
    await api.pass(5)
    expect(await next).toBe('answered')
  })

  it('is asked with again as before once it was answered', async () => {
    const [bad, good] = [refused(500), PAGE]
    const api = createApi({ answers: [bad, bad, bad, bad, good, bad, bad, bad, bad, good], rules: { maxRequestsPerSecond: 1_000 } })

    for (let attempt = 0; attempt < 12; attempt += 1) await api.ask()

    expect(api.asked).toHaveLength(12)
  })

  it('keeps no other key from being asked with', async () => {
    const withOther = { apiKeys: tenantKey('new-key'), maxRequestsPerSecond: 1_000 }
    const answers = [...Array.from({ length: 5 }, () => refused(401)), PAGE]
    const api = createApi({
      answers,
      rules: { apiKeys: tenantKey('old-key'), maxRequestsPerSecond: 1_000 },
      later: [...Array(4).fill({ apiKeys: tenantKey('old-key') }), withOther],
    })

    for (let attempt = 0; attempt < 5; attempt += 1) await api.ask()

    expect(api.asked.map(({ key }) => key)).toEqual(['old-key', 'old-key', 'old-key', 'old-key', 'old-key', 'new-key'])
  })

  it('is left alone as long as Retry-After says, from the first refusal on', async () => {
    const api = createApi({ answers: [refused(429, { 'retry-after': '30' }), PAGE] })

    const first = await api.ask()
    await api.pass(10)
    const second = await api.ask()
    await api.pass(20)
    const third = await api.ask()

    expect([first, second, third]).toMatchObject([
      { retryAfterSeconds: 30 },
      { code: 'PROVIDER_THROTTLED', retryAfterSeconds: 20 },
      'answered',
    ])
    expect(api.times()).toEqual([0, 30])
  })

  it('is waited for where it takes no more than two seconds', async () => {
    const api = createApi({ answers: [refused(429, { 'retry-after': '2' }), PAGE] })

    await api.ask()
    const second = api.ask()
    await api.pass(2)

    expect(await second).toBe('answered')
    expect(api.times()).toEqual([0, 2])
  })

  it('is not counted against for what it may not know', async () => {
    const api = createApi({ answers: [refused(404)], rules: { maxRequestsPerSecond: 1_000 } })

    for (let attempt = 0; attempt < 7; attempt += 1) await api.ask()

    expect(api.asked).toHaveLength(7)
  })
})

describe('an API that takes no more than twenty calls a page', () => {
  it('is asked for twenty, from its first refusal on', async () => {
    const limits: (string | null)[] = []
    const provider = createAllomiaProvider({
      settings: settingsDocument({}),
      async exchange(url) {
        limits.push(url.searchParams.get('limit'))
        return url.searchParams.get('limit') === '50' ? refused(400) : PAGE
      },
    })

    await provider.page(QUERY, 1, 'live', NEVER)
    await provider.page(QUERY, 1, 'live', NEVER)

    expect(limits).toEqual(['50', '20', '20'])
  })
})
