import { beforeAll, describe, expect, it } from 'vitest'
import type { CallCatalog } from '#core/ports/call-catalog'
import { CatalogUnavailableError } from '#core/queue-errors'
import { describeCallbacks } from './call-catalog-callbacks.ts'
import { describeClaims } from './call-catalog-claims.ts'
import { describeDue } from './call-catalog-due.ts'
import { describeOutdate } from './call-catalog-outdate.ts'
import { freshId, LEASE_END, MUCH_LATER, NOW, PAST, requestFor, rowAs } from './call-catalog-rows.ts'
import { describeWrites } from './call-catalog-writes.ts'

export interface CatalogSubject {
  readonly catalog: CallCatalog
  /** One of the same kind whose storage does not answer as it should. */
  readonly broken: CallCatalog
}

/** What every catalog of calls promises: src/core/ports/call-catalog.ts. */
export function describeCallCatalogContract(name: string, makeSubject: () => Promise<CatalogSubject>): void {
  describe(`${name} as a call catalog`, () => {
    let catalog: CallCatalog

    beforeAll(async () => {
      catalog = (await makeSubject()).catalog
    })

    describeClaims(() => catalog)

    describeWrites(() => catalog)
    describeDue(async () => (await makeSubject()).catalog)
    describeOutdate(async () => (await makeSubject()).catalog)
    describeCallbacks(async () => (await makeSubject()).catalog)

    it('reads nothing of a call that it does not know', async () => {
      expect(await catalog.read(freshId())).toBeUndefined()
    })

    it('says that it is unavailable where it cannot read or write', async () => {
      const { broken } = await makeSubject()
      const claim = { fence: 1, leaseUntil: LEASE_END, row: rowAs('call-1', {}) }

      const works = [
        () => broken.claim(requestFor('call-1')),
        () => broken.write(claim, claim.row),
        () => broken.outdate('call-1', NOW),
        () => broken.due(NOW, 10),
        () => broken.hold({ callId: 'call-1', dueAt: PAST, reason: 'archive' }, MUCH_LATER),
        () => broken.read('call-1'),
      ]

      for (const work of works) await expect(work()).rejects.toBeInstanceOf(CatalogUnavailableError)
    })
  })
}
