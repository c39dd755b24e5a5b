import { createHash } from 'node:crypto'
import { Readable } from 'node:stream'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { ArchiveStore, PutOptions, SizedContent } from '#core/ports/archive-store'
import { SourceEndedEarlyError, SourceUnavailableError } from '#core/source-errors'
import { asBytes, asStream, newKey, putOptions } from '#test/support/archive-content'
import { breakingAfter, inPieces, silentAfter, someBytes } from '#test/support/pieces'
import { describeLocks } from './archive-store-locks.ts'

/** A version of an object as somebody else sees it, who does not use the store. */
export interface SeenVersion {
  readonly versionId: string
  readonly body: Buffer
  readonly mediaType: string
  readonly lock: { readonly mode: string; readonly retainUntil: Date } | undefined
}

export interface ArchiveStoreSubject {
  readonly store: ArchiveStore
  /** Every version at this key, delete markers included. */
  versionsOf(key: string): Promise<readonly SeenVersion[]>
  close?(): Promise<void>
}

const MIB = 1024 * 1024

/** What every implementation of {@link ArchiveStore} promises. */
export function describeArchiveStoreContract(name: string, makeSubject: () => Promise<ArchiveStoreSubject>): void {
  describe(`the archive store's contract, kept by ${name}`, () => {
    let subject: ArchiveStoreSubject
    const put = (key: string, content: SizedContent, options: Partial<PutOptions> = {}) =>
      subject.store.put(key, content, { ...putOptions(), ...options })

    beforeAll(async () => {
      subject = await makeSubject()
    })
    afterAll(async () => {
      await subject?.close?.()
    })

    it.each([
      ['bytes', 'one byte', 1, asBytes],
      ['a stream', 'one byte', 1, asStream],
      ['bytes', 'a manifest', 1_803, asBytes],
      ['a stream', '8 KiB and a byte', 8_193, asStream],
      ['a stream', 'exactly 256 KiB', 262_144, asStream],
      ['a stream', '20 MiB', 20 * MIB, asStream],
    ])('stores %s of the length of %s with the digest that the store attests', async (_form, _size, length, form) => {
      const [key, body] = [newKey(), someBytes(length)]
      const digest = createHash('sha256').update(body)

      const { outcome, object } = await put(key, form(body), { mediaType: 'audio/wav' })

      const [version, ...others] = await subject.versionsOf(key)
      expect(outcome).toBe('stored')
      expect(object).toEqual({
        key,
        versionId: version?.versionId,
        bytes: length,
        sha256: digest.copy().digest('hex'),
        storedChecksum: { algorithm: 'SHA256', type: 'FULL_OBJECT', value: digest.digest('base64') },
      })
      expect(object.versionId).toMatch(/^(?!null$)./)
      expect(version?.body.equals(body)).toBe(true)
      expect(version?.mediaType).toBe('audio/wav')
      expect(others).toEqual([])
    })

    it.each([
      ['bytes', asBytes],
      ['a stream', asStream],
    ])('answers `same` to %s of what stands there already, and stores nothing', async (_form, form) => {
      const [key, body] = [newKey(), someBytes(300_000)]
      const first = await put(key, asStream(body))

      const again = await put(key, form(body))

      expect(again).toEqual({ outcome: 'same', object: first.object })
      await expect(subject.versionsOf(key)).resolves.toHaveLength(1)
    })

    it.each([
      ['bytes', 300_000, asBytes],
      ['a stream', 300_000, asStream],
      ['a shorter stream', 100_000, asStream],
      ['a longer stream', 9 * MIB, asStream],
    ])('answers `different` to %s where other bytes stand, and leaves those as they are', async (_form, length, form) => {
      const [key, body] = [newKey(), someBytes(300_000)]
      const first = await put(key, asStream(body))

      const other = await put(key, form(someBytes(length)))

      expect(other).toEqual({ outcome: 'different', object: first.object })
      const versions = await subject.versionsOf(key)
      expect(versions.map((version) => version.body.equals(body))).toEqual([true])
    })

    it.each([
      ['ends early', 1_000_000, 999_999],
      ['ends early, by much', 20 * MIB, 5 * MIB],
      ['ends at once', 1_000, 0],
      ['goes on', 999_999, 1_000_000],
      ['goes on, by much', 1_000, 5 * MIB],
    ])('stores nothing of a source that %s', async (_how, declared, delivered) => {
      const key = newKey()

      const stored = put(key, { bytes: declared, body: inPieces(someBytes(delivered)) })

      await expect(stored).rejects.toBeInstanceOf(SourceEndedEarlyError)
      await expect(subject.versionsOf(key)).resolves.toEqual([])
    })

    it.each([
      ['at once', 0],
      ['soon', 100_000],
      ['late', 5 * MIB],
      ['where its end should be', 6 * MIB],
    ])('stores nothing of a source that breaks %s, and keeps what broke it as the cause', async (_when, delivered) => {
      const [key, broken] = [newKey(), new SourceUnavailableError('sent nothing for 8 s')]

      const stored = put(key, { bytes: 6 * MIB, body: breakingAfter(someBytes(delivered), broken) })

      await expect(stored).rejects.toMatchObject({ code: 'SOURCE_ENDED_EARLY', cause: broken })
      await expect(subject.versionsOf(key)).resolves.toEqual([])
    })

    it.each([
      ['without an error', undefined],
      ['with one', new SourceUnavailableError('sent nothing for 8 s')],
    ])('stores nothing of a source that was destroyed %s before it was asked', async (_how, error) => {
      const [key, body] = [newKey(), new Readable({ read() {} })]
      body.on('error', () => {})
      body.destroy(error)

      const stored = put(key, { bytes: 1_000, body })

      await expect(stored).rejects.toBeInstanceOf(SourceEndedEarlyError)
      await expect(subject.versionsOf(key)).resolves.toEqual([])
    })

    it.each([0, 1_000, 3 * MIB])('stores nothing of a source that is closed after %i bytes without a word', async (delivered) => {
      const key = newKey()
      const body = silentAfter(someBytes(delivered), () => body.destroy())

      const stored = put(key, { bytes: 6 * MIB, body })

      await expect(stored).rejects.toBeInstanceOf(SourceEndedEarlyError)
      await expect(subject.versionsOf(key)).resolves.toEqual([])
    })

    it('stores the whole afterwards at a key where a source broke', async () => {
      const [key, body] = [newKey(), someBytes(2 * MIB)]
      await put(key, { bytes: body.length, body: breakingAfter(body.subarray(0, MIB), new Error('cut')) }).catch(() => {})

      const { outcome } = await put(key, asStream(body))

      expect(outcome).toBe('stored')
      await expect(subject.versionsOf(key)).resolves.toHaveLength(1)
    })

    it.each([
      ['a source that is still delivering', 5 * MIB, 6 * MIB],
      ['a source of which nothing came yet', 0, 6 * MIB],
      ['a source that lacks only its end', 6 * MIB, 6 * MIB],
    ])('stores nothing of %s when the signal ends it, and frees the source', async (_what, delivered, declared) => {
      const [key, reason, caller] = [newKey(), new Error('the time is up'), new AbortController()]
      const body = silentAfter(someBytes(delivered), () => caller.abort(reason))

      const stored = put(key, { bytes: declared, body }, { signal: caller.signal })

      await expect(stored).rejects.toBe(reason)
      expect(body.destroyed).toBe(true)
      await expect(subject.versionsOf(key)).resolves.toEqual([])
    })

    it.each([
      ['bytes', asBytes],
      ['stream', asStream],
    ])('stores no %s when the signal came before', async (_form, form) => {
      const [key, reason] = [newKey(), new Error('the time is up')]

      const stored = put(key, form(someBytes(1_000)), { signal: AbortSignal.abort(reason) })

      await expect(stored).rejects.toBe(reason)
      await expect(subject.versionsOf(key)).resolves.toEqual([])
    })

    it('makes one object of twenty that are put at once', async () => {
      const [key, body] = [newKey(), someBytes(400_000)]

      const results = await Promise.allSettled(Array.from({ length: 20 }, () => put(key, asStream(body))))

      const versions = await subject.versionsOf(key)
      expect(versions.map((version) => version.body.equals(body))).toEqual([true])
      const outcomes = results.map((result) => (result.status === 'fulfilled' ? result.value.outcome : result.reason.code))
      expect(outcomes.filter((outcome) => outcome === 'stored')).toHaveLength(1)
      expect(new Set(outcomes)).not.toContain('different')
    })

    it('lets one of two different objects that are put at once stand, and tells the other', async () => {
      const [key, bodies] = [newKey(), [someBytes(400_000), someBytes(400_000)]]

      const results = await Promise.all(bodies.map((body) => put(key, asStream(body))))

      expect(results.map(({ outcome }) => outcome).sort()).toEqual(['different', 'stored'])
      const winner = bodies[results.findIndex(({ outcome }) => outcome === 'stored')]!
      const versions = await subject.versionsOf(key)
      expect(versions.map((version) => version.body.equals(winner))).toEqual([true])
    })

    it('reads what was stored', async () => {
      const [key, body] = [newKey(), someBytes(2_000)]
      await put(key, asBytes(body))

      const read = await subject.store.read(key, AbortSignal.timeout(20_000))

      expect(Buffer.from(read!).equals(body)).toBe(true)
    })

    it('reads nothing where nothing is', async () => {
      await expect(subject.store.read(newKey(), AbortSignal.timeout(20_000))).resolves.toBeUndefined()
    })

    describeLocks(() => subject)
  })
}
