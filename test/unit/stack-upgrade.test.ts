import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { replacedBetween } from '../support/policies/replaced.ts'
import { lastRelease } from '../support/stack/last-release.ts'
import { packageStack, type Template } from '../support/stack/packaged-stack.ts'

describe('an upgrade from the last version', () => {
  let directory: string
  let before: Template
  let after: Template

  beforeAll(async () => {
    directory = await mkdtemp(join(tmpdir(), 'callvault-upgrade-'))
    before = await lastRelease()
    after = await packageStack(directory, 'prod')
  }, 60_000)
  afterAll(() => rm(directory, { recursive: true }))

  it('replaces nothing of what holds the archive, and leaves nothing of it behind', async () => {
    expect(await replacedBetween(before, after)).toEqual([])
  })

  it.each<[string, (template: Template) => void, string]>([
    [
      'another key of the table',
      ({ Resources }) => Resources.CatalogTable!.Properties.KeySchema.pop(),
      'CatalogTable would be replaced: KeySchema',
    ],
    [
      'a name for the bucket',
      ({ Resources }) => {
        Resources.ArchiveBucket!.Properties.BucketName = 'archive'
      },
      'ArchiveBucket would be replaced: BucketName',
    ],
    [
      'a bucket without Object Lock',
      ({ Resources }) => delete Resources.ArchiveBucket!.Properties.ObjectLockEnabled,
      'ArchiveBucket would be replaced: ObjectLockEnabled',
    ],
    ['a key under another name', ({ Resources }) => delete Resources.ArchiveKey, 'ArchiveKey is no AWS::KMS::Key any more'],
    [
      'a path of the role',
      ({ Resources }) => {
        Resources.BreakGlassRole!.Properties.Path = '/callvault/'
      },
      'BreakGlassRole would be replaced: Path',
    ],
  ])('would be caught with %s', async (_what, change, sentence) => {
    const changed = structuredClone(after)

    change(changed)

    expect(await replacedBetween(before, changed)).toEqual([sentence])
  })
})
