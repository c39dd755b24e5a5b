import { describe, expect, it } from 'vitest'
import { addSeconds } from '#core/instants'
import type { CallListing } from '#core/ports/call-listing'
import { createReconciler, NOW } from '#test/support/reconciler'

const DAY = 86_400
const ago = (seconds: number) => addSeconds(NOW, -seconds)

/** What no reading of one page after the other would find. */
describe('a list in another order than it was asked for', () => {
  const reversed = (listing: CallListing): CallListing => ({
    async page(query, page, pace, signal) {
      const { calls } = await listing.page(query, 1, pace, signal)
      const all = [...calls, ...(await listing.page(query, 2, pace, signal)).calls, ...(await listing.page(query, 3, pace, signal)).calls]
      const end = page * 50
      return { calls: all.reverse().slice(end - 50, end), hasNextPage: end < all.length, total: all.length }
    },
  })
  /** In order on each page, and not from one page to the next: two calls of the second page began before the first one's last. */
  const almost = (listing: CallListing): CallListing => ({
    async page(query, page, pace, signal) {
      const answer = await listing.page(query, page, pace, signal)
      const isLate = ({ id }: { id: string }) => ['call-10', 'call-20'].includes(id)
      if (page !== 1 || !answer.hasNextPage) return answer
      return { ...answer, calls: answer.calls.filter((call) => !isLate(call)) }
    },
  })

  it.each([['reversed', reversed] as const])('is read to its end where it is %s', async (_how, disorder) => {
    const reconciler = createReconciler({ wrap: (ports) => ({ ...ports, listing: disorder(ports.listing) }) })
    const ids = Array.from({ length: 130 }, (_, index) => `call-${index}`)
    for (const [index, id] of ids.entries()) reconciler.list(id, addSeconds(ago(2 * DAY), index))

    await reconciler.run()

    expect(new Set(reconciler.enqueued())).toEqual(new Set(ids))
    expect(await reconciler.coverage.days('org_1', '2026-03-01', '2026-03-01')).toMatchObject([{ listed: 130 }])
  })

  it('is read again where it gave fewer calls than it said', async () => {
    let isHidden = true
    const reconciler = createReconciler({
      wrap: (ports) => ({
        ...ports,
        listing: {
          async page(...asked) {
            if (asked[1] > 1) isHidden = false
            return isHidden ? almost(ports.listing).page(...asked) : ports.listing.page(...asked)
          },
        },
      }),
    })
    const ids = Array.from({ length: 130 }, (_, index) => `call-${index}`)
    for (const [index, id] of ids.entries()) reconciler.list(id, addSeconds(ago(2 * DAY), index))

    await reconciler.run()

    expect(new Set(reconciler.enqueued())).toEqual(new Set(ids))
    expect(await reconciler.coverage.days('org_1', '2026-03-01', '2026-03-01')).toMatchObject([{ listed: 130 }])
  })
})
