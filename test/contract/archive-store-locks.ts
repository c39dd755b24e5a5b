import { describe, expect, it } from 'vitest'
import { RetentionConflictError } from '#core/archive-errors'
import { asBytes, asStream, daysFromNow, locked, newKey, putOptions } from '#test/support/archive-content'
import { someBytes } from '#test/support/pieces'
import type { ArchiveStoreSubject } from './archive-store.ts'

/** The part of the archive store's contract that is about locks. */
const patient = () => AbortSignal.timeout(20_000)

export function describeLocks(subject: () => ArchiveStoreSubject): void {
  describe('locks', () => {
    it.each([
      ['bytes', asBytes],
      ['a stream', asStream],
    ])('locks %s until the date', async (_form, form) => {
      const [key, retention] = [newKey(), locked(daysFromNow(10))]

      await subject().store.put(key, form(someBytes(1_000)), { ...putOptions(), retention })

      await expect(subject().versionsOf(key)).resolves.toMatchObject([{ lock: { mode: 'GOVERNANCE', retainUntil: retention.retainUntil } }])
    })

    it('locks nothing in mode NONE', async () => {
      const key = newKey()

      await subject().store.put(key, asStream(someBytes(1_000)), {
        ...putOptions(),
        retention: { ...locked(daysFromNow(10)), mode: 'NONE' },
      })

      const [version] = await subject().versionsOf(key)
      expect(version?.lock).toBeUndefined()
    })

    it('locks a stored version for longer', async () => {
      const [key, longer] = [newKey(), locked(daysFromNow(20))]
      const { object } = await subject().store.put(key, asStream(someBytes(1_000)), { ...putOptions(), retention: locked(daysFromNow(10)) })

      await subject().store.extendRetention(object, longer, patient())

      await expect(subject().versionsOf(key)).resolves.toMatchObject([{ lock: { mode: 'GOVERNANCE', retainUntil: longer.retainUntil } }])
    })

    it('locks a stored version that had no lock', async () => {
      const [key, retention] = [newKey(), locked(daysFromNow(20))]
      const { object } = await subject().store.put(key, asStream(someBytes(1_000)), {
        ...putOptions(),
        retention: { ...retention, mode: 'NONE' },
      })

      await subject().store.extendRetention(object, retention, patient())

      await expect(subject().versionsOf(key)).resolves.toMatchObject([{ lock: { mode: 'GOVERNANCE', retainUntil: retention.retainUntil } }])
    })

    it.each([
      ['an earlier date', locked(daysFromNow(5))],
      ['the same date', locked(daysFromNow(10))],
      ['mode NONE', { ...locked(daysFromNow(20)), mode: 'NONE' as const }],
    ])('leaves a lock as it is for %s', async (_what, retention) => {
      const [key, original] = [newKey(), locked(daysFromNow(10))]
      const { object } = await subject().store.put(key, asStream(someBytes(1_000)), { ...putOptions(), retention: original })

      await subject().store.extendRetention(object, retention, patient())

      await expect(subject().versionsOf(key)).resolves.toMatchObject([{ lock: { mode: 'GOVERNANCE', retainUntil: original.retainUntil } }])
    })

    it('raises the mode, or says that it cannot: it never passes over it', async () => {
      const [key, original] = [newKey(), locked(daysFromNow(10))]
      const { object } = await subject().store.put(key, asStream(someBytes(1_000)), { ...putOptions(), retention: original })

      const raising = subject().store.extendRetention(object, { ...locked(daysFromNow(5)), mode: 'COMPLIANCE' }, patient())

      const mode = await raising.then(
        () => 'COMPLIANCE',
        (error: unknown) => (error instanceof RetentionConflictError ? 'GOVERNANCE' : 'another error'),
      )
      await expect(subject().versionsOf(key)).resolves.toMatchObject([{ lock: { mode, retainUntil: original.retainUntil } }])
    })

    it('keeps a stricter mode, and extends its date', async () => {
      const [key, longer] = [newKey(), locked(daysFromNow(20))]
      const retention = { ...locked(daysFromNow(10)), mode: 'COMPLIANCE' as const }
      const { object } = await subject().store.put(key, asStream(someBytes(1_000)), { ...putOptions(), retention })

      await subject().store.extendRetention(object, longer, patient())

      await expect(subject().versionsOf(key)).resolves.toMatchObject([{ lock: { mode: 'COMPLIANCE', retainUntil: longer.retainUntil } }])
    })
  })
}
