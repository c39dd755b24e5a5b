import { describe, expect, it } from 'vitest'
import { addSeconds } from '#core/instants'
import type { CallListing } from '#core/ports/call-listing'
import type { ListedCall } from '#core/ports/call-provider'
import { readEveryPage, readWindow } from '#core/read-window'

const [FROM, TO] = [new Date('2026-03-02T00:00:00Z'), new Date('2026-03-03T00:00:00Z')]
const QUERY = { organizationId: 'org_1', from: FROM, to: TO, pace: 'live' } as const
const NEVER = new AbortController().signal
const PAGE_SIZE = 2

/** One that started so many minutes after the window begins. */
const listed = (id: string, minutes: number): ListedCall => {
  const startedAt = addSeconds(FROM, minutes * 60)
  return { id, organizationId: 'org_1', callType: undefined, startedAt, endedAt: undefined, createdAt: undefined }
}

const ALPHABET = 'abcdefghijklmnopqrstuvwxyz'
const inOrder = (ids: string) => [...ids].map((id) => listed(id, ALPHABET.indexOf(id)))

/** A list, as it stands at each request; the last one stays. */
function changingList(...states: readonly (readonly ListedCall[])[]) {
  let requests = 0
  const listing: CallListing = {
    async page({ from, to }, page) {
      const calls = states[Math.min(requests, states.length - 1)]!.filter(({ startedAt }) => startedAt! >= from && startedAt! <= to)
      requests += 1
      const end = page * PAGE_SIZE
      return { calls: calls.slice(end - PAGE_SIZE, end), hasNextPage: end < calls.length, total: calls.length }
    },
  }
  return { listing, requests: () => requests }
}

/** Reads on until the window is whole, as a sweep does. */
async function readOn(listing: CallListing): Promise<string> {
  const met = new Set<string>()
  for (let from = FROM; from < TO; ) {
    const { calls, readUntil } = await readWindow(listing, { ...QUERY, from }, NEVER)
    for (const { id } of calls) met.add(id)
    from = readUntil
  }
  return [...met].sort().join('')
}

describe('a window, read a page at a time', () => {
  it('is whole after as many first pages as it takes', async () => {
    const { listing, requests } = changingList(inOrder('abcde'))

    expect(await readOn(listing)).toBe('abcde')
    expect(requests()).toBe(4)
  })

  it.each([
    ['a call is removed', 'abcdef', 'bcdef', 'abcdef'],
    ['one comes that is older', 'bcdef', 'abcdef', 'bcdef'],
    ['one goes and one comes', 'abcdef', 'bcdefg', 'abcdefg'],
    ['all that was read is removed', 'abcdef', 'cdef', 'abcdef'],
  ])('misses nothing that was there all the time where %s behind the reader', async (_what, before, after, all) => {
    const { listing } = changingList(inOrder(before), inOrder(after))

    expect(await readOn(listing)).toBe(all)
  })

  it('has every call of a moment, though the API leaves out those that started at the bounds', async () => {
    const calls = [listed('a', 1), listed('b', 2), listed('c', 2), listed('d', 3), listed('e', 4)]
    const listing: CallListing = {
      async page({ from, to }, page) {
        const within = calls.filter(({ startedAt }) => startedAt! > from && startedAt! < to)
        const end = page * PAGE_SIZE
        return { calls: within.slice(end - PAGE_SIZE, end), hasNextPage: end < within.length, total: within.length }
      },
    }

    expect(await readOn(listing)).toBe('abcde')
  })

  it('is read page by page where all its calls started at once', async () => {
    const { listing } = changingList([listed('a', 5), listed('b', 5), listed('c', 5), listed('d', 5), listed('e', 9)])

    expect(await readOn(listing)).toBe('abcde')
  })

  it.each([
    ['out of order', [listed('c', 3), listed('a', 1), listed('b', 2)]],
    ['without a start', [{ ...listed('a', 1), startedAt: undefined }, listed('b', 2), listed('c', 3)]],
    ['of another time', [listed('a', -5), listed('b', 2), listed('c', 3)]],
  ])('is read page by page where its calls are %s', async (_what, calls) => {
    const listing: CallListing = {
      async page(_query, page) {
        const end = page * PAGE_SIZE
        return { calls: calls.slice(end - PAGE_SIZE, end), hasNextPage: end < calls.length, total: calls.length }
      },
    }

    expect(await readOn(listing)).toBe('abc')
  })
})

describe('a window, read page by page', () => {
  const idsIn = async (listing: CallListing) =>
    (await readEveryPage(listing, QUERY, NEVER))
      .map(({ id }) => id)
      .sort()
      .join('')

  it.each([
    ['one was drawn to a page that had been read', 'abcde', 'bcde', 'abcde'],
    ['one was added where the reader had been', 'bcde', 'abcde', 'abcde'],
    ['one goes and one comes, so that the total tells nothing', 'abcde', 'bcdef', 'abcdef'],
  ])('loses no call where %s', async (_what, before, after, all) => {
    const { listing } = changingList(inOrder(before), inOrder(after))

    expect(await idsIn(listing)).toBe(all)
  })

  it('is read until two readings agree', async () => {
    const { listing, requests } = changingList(inOrder('abc'))

    expect(await idsIn(listing)).toBe('abc')
    expect(requests()).toBe(4)
  })

  it('ends where the pages go on moving', async () => {
    const states = Array.from({ length: 22 }, (_, index) => inOrder(ALPHABET.slice(0, 4 + index)))
    const { listing, requests } = changingList(...states)

    await idsIn(listing)

    expect(requests()).toBeLessThan(40)
  })

  it('is an error where it has no end', async () => {
    const listing: CallListing = { page: async () => ({ calls: [], hasNextPage: true, total: undefined }) }

    await expect(readEveryPage(listing, QUERY, NEVER)).rejects.toMatchObject({ code: 'PROVIDER_ANSWER_UNREADABLE' })
  })
})
