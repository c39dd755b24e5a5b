import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { createSimulator, type Simulator } from '#local/allomia/simulator'

const FROM = new Date('2026-01-01T00:00:00Z')
const TO = new Date('2026-01-11T00:00:00Z')

let simulator: Simulator
beforeAll(async () => {
  const invented = [{ organizationId: 'many', count: 1_000, from: FROM, to: TO }]
  simulator = await createSimulator({ keys: { tenant: 'tenant-key' }, invented })
})
afterAll(() => simulator.close())

async function ask(path: string) {
  const response = await fetch(`${simulator.url}${path}`, { headers: { authorization: 'Bearer tenant-key' } })
  return { status: response.status, body: JSON.parse(await response.text()) }
}

const list = async (query: string) => (await ask(`/api/calls?organizationId=many&${query}`)).body
const idsIn = async (query: string) => (await list(query)).calls.map(({ id }: { id: string }) => id)

describe('an organization whose calls are invented', () => {
  it('has as many as were asked for, on as many pages', async () => {
    const ids = new Set<string>()
    for (let page = 1; page <= 20; page += 1) for (const id of await idsIn(`sort=asc&limit=50&page=${page}`)) ids.add(id)

    expect(ids.size).toBe(1_000)
    expect((await list('limit=50&page=20')).pagination).toMatchObject({ total: 1_000, totalPages: 20, hasNextPage: false })
    expect(await idsIn('limit=50&page=21')).toEqual([])
  })

  it('lists those of a time, both ends included, in either order', async () => {
    const day = 'from=2026-01-03T00:00:00Z&to=2026-01-04T00:00:00Z'

    const [oldest, newest] = [await idsIn(`${day}&sort=asc&limit=2`), await idsIn(`${day}&sort=desc&limit=2`)]

    expect((await list(day)).pagination.total).toBe(101)
    expect([oldest, newest]).toEqual([
      ['many-200', 'many-201'],
      ['many-300', 'many-299'],
    ])
  })

  it('has a record of each, without media, and of no others', async () => {
    const { status, body } = await ask('/api/calls/many-200')

    expect(status).toBe(200)
    expect(body).toMatchObject({ id: 'many-200', organizationId: 'many', callStartedAt: '2026-01-03T00:00:00.000Z', recordingUrl: null })
    expect((await ask('/api/calls/many-1000')).status).toBe(404)
    expect((await ask('/api/calls/other-1')).status).toBe(404)
  })
})
