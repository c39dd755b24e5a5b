import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { createSimulator, type Simulator } from '#local/allomia/simulator'

interface ListingOrError {
  readonly error: string
  readonly calls: readonly { readonly id: string }[]
  readonly pagination: object
}

const DAY = '2026-03-02'

describe('GET /api/calls', () => {
  let simulator: Simulator

  beforeEach(async () => {
    const keys = { tenant: 'tenant-key', organizations: { clinic: 'clinic-key' } }
    simulator = await createSimulator({ keys, organizationIds: ['empty'] })
  })
  afterEach(() => simulator.close())

  const list = async (query: string, key = 'tenant-key') => {
    const response = await fetch(`${simulator.url}/api/calls?${query}`, { headers: { authorization: `Bearer ${key}` } })
    return { status: response.status, body: (await response.json()) as ListingOrError }
  }
  const idsOf = async (query: string) => (await list(query)).body.calls.map(({ id }) => id)
  const add = (id: string, time: string, fields: Record<string, unknown> = {}) =>
    simulator.addCall({ id, organizationId: 'clinic', recording: null, fields: { callStartedAt: `${DAY}T${time}:00Z`, ...fields } })
  const addMany = async (count: number) => {
    for (let n = 0; n < count; n++) await add(`call_${String(n).padStart(2, '0')}`, `10:${String(n).padStart(2, '0')}`)
  }

  it('gives twenty calls a page, newest first, and says how many there are', async () => {
    await addMany(45)

    const first = await list('organizationId=clinic')
    const last = await list('organizationId=clinic&page=3')

    expect(first.body.calls).toHaveLength(20)
    expect(first.body.calls[0]?.id).toBe('call_44')
    expect(first.body.pagination).toEqual({ page: 1, limit: 20, total: 45, totalPages: 3, hasNextPage: true, hasPreviousPage: false })
    expect(last.body.calls).toHaveLength(5)
    expect(last.body.pagination).toEqual({ page: 3, limit: 20, total: 45, totalPages: 3, hasNextPage: false, hasPreviousPage: true })
  })

  it('shows neither links nor texts', async () => {
    await simulator.addCall({ id: 'call_1', organizationId: 'clinic' })

    const call = (await list('organizationId=clinic')).body.calls[0]!

    expect(call).toMatchObject({ id: 'call_1', callDurationSeconds: '8', createdAt: expect.any(String) })
    expect(Object.keys(call).filter((field) => /url|summary/i.test(field))).toEqual([])
  })

  it('shifts its pages when a call arrives between two requests', async () => {
    await addMany(4)
    const first = await idsOf('organizationId=clinic&limit=2')

    await add('call_new', '11:00')
    const second = await idsOf('organizationId=clinic&limit=2&page=2')

    expect(first).toEqual(['call_03', 'call_02'])
    expect(second).toEqual(['call_02', 'call_01'])
  })

  it('sorts by start and, as numbers, by duration', async () => {
    await add('short', '10:01', { callDurationSeconds: '9' })
    await add('long', '10:02', { callDurationSeconds: '100' })
    await add('middling', '10:03', { callDurationSeconds: 20 })

    expect(await idsOf('organizationId=clinic&sort=asc')).toEqual(['short', 'long', 'middling'])
    expect(await idsOf('organizationId=clinic&sort=desc')).toEqual(['middling', 'long', 'short'])
    expect(await idsOf('organizationId=clinic&sort=duration_asc')).toEqual(['short', 'middling', 'long'])
    expect(await idsOf('organizationId=clinic&sort=duration_desc')).toEqual(['long', 'middling', 'short'])
  })

  it('filters by time, both ends included, by type and by agent', async () => {
    await add('early', '09:00', { callType: 'Web' })
    await add('noon', '12:00', { callType: 'Web', agentName: 'Zoé' })
    await add('late', '18:00', { callType: 'Outbound' })

    expect(await idsOf(`organizationId=clinic&from=${DAY}T12:00:00Z`)).toEqual(['late', 'noon'])
    expect(await idsOf(`organizationId=clinic&from=${DAY}T09:00:00Z&to=${DAY}T12:00:00Z`)).toEqual(['noon', 'early'])
    expect(await idsOf(`organizationId=clinic&to=${encodeURIComponent(`${DAY}T07:00:00-05:00`)}`)).toEqual(['noon', 'early'])
    expect(await idsOf('organizationId=clinic&callType=Web')).toEqual(['noon', 'early'])
    expect(await idsOf('organizationId=clinic&agentName=Zo%C3%A9')).toEqual(['noon'])
  })

  it.each([
    [''],
    ['organizationId='],
    ['organizationId=clinic&page=0'],
    ['organizationId=clinic&page=two'],
    ['organizationId=clinic&limit=0'],
    ['organizationId=clinic&limit=51'],
    ['organizationId=clinic&sort=newest'],
    ['organizationId=clinic&callType=Fax'],
    ['organizationId=clinic&from=yesterday'],
    ['organizationId=clinic&to=2026-02-31T99:00:00Z'],
  ])('refuses %j with 400', async (query) => {
    const { status, body } = await list(query)

    expect(status).toBe(400)
    expect(body.error).toMatch(/^\w+: /)
  })

  it('takes the limits themselves', async () => {
    await addMany(1)

    expect([(await list('organizationId=clinic&limit=1')).status, (await list('organizationId=clinic&limit=50')).status]).toEqual([
      200, 200,
    ])
  })

  it('refuses an unknown key with 401, before anything else', async () => {
    expect(await list('page=0', 'nobody')).toEqual({ status: 401, body: { error: 'Unauthorized' } })
  })

  it('knows no organization but its own and those it was told of', async () => {
    await simulator.addCall({ id: 'call_1', organizationId: 'other' })

    const statuses = [
      (await list('organizationId=nowhere')).status,
      (await list('organizationId=empty')).status,
      (await list('organizationId=other')).status,
      (await list('organizationId=other', 'clinic-key')).status,
      (await list('organizationId=clinic', 'clinic-key')).status,
    ]

    expect(statuses).toEqual([404, 200, 200, 404, 200])
  })

  it('has no pages where there are no calls', async () => {
    expect((await list('organizationId=empty')).body).toEqual({
      calls: [],
      pagination: { page: 1, limit: 20, total: 0, totalPages: 0, hasNextPage: false, hasPreviousPage: false },
    })
  })
})
