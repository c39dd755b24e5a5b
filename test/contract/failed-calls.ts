import { describe, expect, it } from 'vitest'
import type { CallRow } from '#core/call-row'
import { addSeconds } from '#core/instants'
import type { CallCatalog } from '#core/ports/call-catalog'
import type { FailedCalls, FailedQuery } from '#core/ports/failed-calls'
import { claimed, freshId, NOW, PAST, requestFor, rowAs, stand } from './call-catalog-rows.ts'

export interface FailedCallsSubject {
  readonly failedCalls: FailedCalls
  /** The catalog that it looks into: nothing has failed in it yet. */
  readonly catalog: CallCatalog
}

const AT_ONCE = 8
const queryFor = (changes: Partial<FailedQuery> = {}): FailedQuery => ({ notTakenSince: PAST, limit: 50, ...changes })
const failedRow = (callId: string, changes: Partial<CallRow> = {}) =>
  rowAs(callId, { state: 'failed', failures: 3, failingSince: PAST, lastErrorCode: 'SOURCE_GONE', ...changes })

/** What everyone who looks for failed rows promises: src/core/ports/failed-calls.ts. */
export function describeFailedCallsContract(name: string, makeSubject: () => Promise<FailedCallsSubject>): void {
  describe(`${name} as the index of failed calls`, () => {
    it('finds what is failed, and nothing else', async () => {
      const { failedCalls, catalog } = await makeSubject()
      const [callId, callback] = [freshId(), freshId()]
      await stand(catalog, failedRow(callId, { fields: { organizationId: 'org-1' } }))
      await stand(catalog, failedRow(callback, { subject: 'outbound', failingSince: undefined, lastErrorCode: 'CALL_NOT_FOUND' }))
      await stand(catalog, rowAs(freshId(), { state: 'archived' }))
      await stand(catalog, rowAs(freshId(), { next: { dueAt: NOW, reason: 'archive' } }))

      const found = async () => (await failedCalls.find(queryFor())).toSorted((one, other) => one.code!.localeCompare(other.code!))

      await expect.poll(found).toEqual([
        { callId: callback, subject: 'outbound', failedAt: PAST, code: 'CALL_NOT_FOUND' },
        { callId, organizationId: 'org-1', failedAt: PAST, code: 'SOURCE_GONE' },
      ])
    })

    it('finds it by its code, by its age, and no more than are wanted, oldest first', async () => {
      const { failedCalls, catalog } = await makeSubject()
      const ids = Array.from({ length: 12 }, freshId)
      for (const [index, callId] of ids.entries()) {
        const lastErrorCode = index % 3 === 0 ? 'SOURCE_CONTENT_WRONG' : 'SOURCE_GONE'
        await stand(catalog, failedRow(callId, { failingSince: addSeconds(PAST, index), lastErrorCode }))
      }

      const idsOf = (changes: Partial<FailedQuery>) => async () => (await failedCalls.find(queryFor(changes))).map(({ callId }) => callId)

      await expect.poll(idsOf({})).toEqual(ids)
      expect(await idsOf({ limit: 5 })()).toEqual(ids.slice(0, 5))
      expect(await idsOf({ code: 'SOURCE_CONTENT_WRONG' })()).toEqual([ids[0], ids[3], ids[6], ids[9]])
      expect(await idsOf({ failedAfter: addSeconds(PAST, 4), failedBefore: addSeconds(PAST, 6) })()).toEqual(ids.slice(4, 7))
      expect(await idsOf({ failedAfter: addSeconds(PAST, 6), failedBefore: addSeconds(PAST, 4) })()).toEqual([])
    })

    it('lets a row be taken once, however many try, and again when the time is over', async () => {
      const { failedCalls, catalog } = await makeSubject()
      const callId = freshId()
      await stand(catalog, failedRow(callId))

      const answers = await Promise.all(Array.from({ length: AT_ONCE }, () => failedCalls.take({ callId }, NOW, PAST)))

      expect(answers.filter((taken) => taken)).toHaveLength(1)
      expect(await failedCalls.take({ callId }, addSeconds(NOW, 60), addSeconds(NOW, -1))).toBe(false)
      expect(await failedCalls.take({ callId }, addSeconds(NOW, 60), NOW)).toBe(true)
    })

    it('does not find what was taken, until the time is over', async () => {
      const { failedCalls, catalog } = await makeSubject()
      const callId = freshId()
      await stand(catalog, failedRow(callId))
      await failedCalls.take({ callId }, NOW, PAST)

      const found = (notTakenSince: Date) => async () => (await failedCalls.find(queryFor({ notTakenSince }))).length

      await expect.poll(found(PAST)).toBe(0)
      await expect.poll(found(NOW)).toBe(1)
    })

    it('takes no row that is not failed, or not there, and makes none', async () => {
      const { failedCalls, catalog } = await makeSubject()
      const [archived, unknown] = [freshId(), freshId()]
      await stand(catalog, rowAs(archived, { state: 'archived' }))

      const answers = [await failedCalls.take({ callId: archived }, NOW, PAST), await failedCalls.take({ callId: unknown }, NOW, PAST)]

      expect(answers).toEqual([false, false])
      expect(await catalog.read(unknown)).toBeUndefined()
    })

    it('changes nothing that an operator’s claim goes by, and forgets a row that is failed no more', async () => {
      const { failedCalls, catalog } = await makeSubject()
      const callId = freshId()
      await stand(catalog, failedRow(callId))
      await failedCalls.take({ callId }, NOW, PAST)

      const claim = await claimed(catalog, requestFor(callId, { trigger: 'operator' }))
      await catalog.write(claim, rowAs(callId, { state: 'archived' }))

      expect(claim.row).toMatchObject({ state: 'failed', failures: 3, lastErrorCode: 'SOURCE_GONE' })
      await expect.poll(async () => (await failedCalls.find(queryFor({ notTakenSince: NOW }))).length).toBe(0)
    })
  })
}
