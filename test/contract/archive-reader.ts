import { createHash } from 'node:crypto'
import { buffer } from 'node:stream/consumers'
import pMap from 'p-map'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { ArchiveReader, ListedVersion, ObjectFacts } from '#core/ports/archive-reader'

export interface ArchiveReaderSubject {
  readonly reader: ArchiveReader
  /** Stores a new version, with its SHA-256 attested; resolves to its id. */
  put(key: string, body: string, lock?: ObjectFacts['lock']): Promise<string>
  /** Puts a delete marker upon a key. */
  remove(key: string): Promise<void>
  close?(): void
}

const LOCK = { mode: 'GOVERNANCE', retainUntil: new Date('2099-01-01T00:00:00.000Z') } as const
const { signal } = new AbortController()

export async function collect<T>(items: AsyncIterable<T>): Promise<T[]> {
  const collected: T[] = []
  for await (const item of items) collected.push(item)
  return collected
}

/** What every implementation of {@link ArchiveReader} promises. */
export function describeArchiveReaderContract(name: string, makeSubject: () => Promise<ArchiveReaderSubject>): void {
  describe(`the archive reader's contract, kept by ${name}`, () => {
    let subject: ArchiveReaderSubject
    const listed = (prefix: string, after?: string) => collect(subject.reader.list(prefix, { after, signal }))

    beforeAll(async () => {
      subject = await makeSubject()
    })
    afterAll(() => subject?.close?.())

    it('lists what stands under a prefix in the order of keys, the newest version of a key first', async () => {
      const [later, sooner] = [await subject.put('list/b/1', 'x'), await subject.put('list/a/2', 'xyz')]
      const newer = await subject.put('list/b/1', 'xx')
      await subject.put('listed elsewhere', 'x')

      const versions = await listed('list/')

      expect(versions).toEqual([
        { key: 'list/a/2', versionId: sooner, bytes: 3, isDeleteMarker: false },
        { key: 'list/b/1', versionId: newer, bytes: 2, isDeleteMarker: false },
        { key: 'list/b/1', versionId: later, bytes: 1, isDeleteMarker: false },
      ])
    })

    it('lists a delete marker among the keys, where it belongs', async () => {
      for (const key of ['marked/1', 'marked/2', 'marked/3']) await subject.put(key, 'x')
      await subject.remove('marked/2')

      const versions = await listed('marked/')

      const seen = ({ key, isDeleteMarker }: ListedVersion) => `${key}${isDeleteMarker ? ' is marked' : ''}`
      expect(versions.map(seen).sort()).toEqual(['marked/1', 'marked/2', 'marked/2 is marked', 'marked/3'])
      expect(versions.map(({ key }) => key)).toEqual(['marked/1', 'marked/2', 'marked/2', 'marked/3'])
    })

    it('lists only what is behind a place', async () => {
      for (const key of ['after/day=1/x', 'after/day=2/x', 'after/day=2/y', 'after/day=3/x']) await subject.put(key, 'x')

      const versions = await listed('after/', 'after/day=20')

      expect(versions.map(({ key }) => key)).toEqual(['after/day=3/x'])
    })

    it('lists more than a page has', async () => {
      const keys = Array.from({ length: 1_003 }, (_, index) => `many/${String(index).padStart(4, '0')}`)
      await pMap(keys, (key) => subject.put(key, 'x'), { concurrency: 16 })

      const versions = await listed('many/')

      expect(versions.map(({ key }) => key)).toEqual(keys)
    })

    it('tells what the store attests of a version', async () => {
      const versionId = await subject.put('facts', 'some bytes', LOCK)
      const bare = await subject.put('bare facts', 'other')

      const facts = await subject.reader.facts({ key: 'facts', versionId }, signal)
      const bareFacts = await subject.reader.facts({ key: 'bare facts', versionId: bare }, signal)

      const value = createHash('sha256').update('some bytes').digest('base64')
      expect(facts).toEqual({ bytes: 10, storedChecksum: { algorithm: 'SHA256', type: 'FULL_OBJECT', value }, lock: LOCK })
      expect(bareFacts).toMatchObject({ bytes: 5, lock: undefined })
    })

    it('hands out the bytes of a version', async () => {
      const versionId = await subject.put('bytes', 'first')
      await subject.put('bytes', 'second')

      const body = await subject.reader.open({ key: 'bytes', versionId }, signal)

      expect((await buffer(body!)).toString()).toBe('first')
    })

    it('says where a version is not there', async () => {
      const versionId = await subject.put('here', 'x')

      const found = [
        await subject.reader.facts({ key: 'elsewhere', versionId }, signal),
        await subject.reader.open({ key: 'elsewhere', versionId }, signal),
      ]

      expect(found).toEqual([undefined, undefined])
    })
  })
}
