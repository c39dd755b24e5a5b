import { randomUUID } from 'node:crypto'
import { GetObjectCommand } from '@aws-sdk/client-s3'
import { describe, expect, it } from 'vitest'
import { createS3GapReports } from '#adapters/s3/gap-reports'
import { emptyTally } from '#core/coverage'
import { gapReportOf } from '#core/gap-report'
import { describeWith } from '#test/support/engines/available'
import { createLockedBucket, s3ClientOf } from '#test/support/engines/clients'
import type { S3Engine } from '#test/support/engines/engine'

const NEVER = new AbortController().signal
const COVERAGE = {
  ...emptyTally('2026-03-02'),
  listed: 4,
  archived: 4,
  organizationId: 'org_1',
  comparedAt: new Date('2026-03-03T00:00:00Z'),
}

describeWith('ministack', describeReports)
describeWith('versitygw', describeReports)

function describeReports(engine: S3Engine): void {
  describe('gap reports in S3', () => {
    it('has the newest one on top, unlocked, in a bucket with Object Lock', async () => {
      const [client, bucket] = [s3ClientOf(engine), `reports-${randomUUID()}`]
      await createLockedBucket(client, bucket)
      const reports = createS3GapReports({ client, bucket })

      await reports.write({ ...COVERAGE, archived: 3, missing: 1 }, NEVER)
      await reports.write(COVERAGE, NEVER)

      const answer = await client.send(new GetObjectCommand({ Bucket: bucket, Key: 'reports/org_1/2026-03-02.json' }))
      expect(JSON.parse((await answer.Body?.transformToString()) ?? '')).toEqual(gapReportOf(COVERAGE))
      expect([answer.ContentType, answer.ObjectLockMode]).toEqual(['application/json', undefined])
    })

    it('says so where it was not taken', async () => {
      const reports = createS3GapReports({ client: s3ClientOf(engine), bucket: `reports-${randomUUID()}` })

      await expect(reports.write(COVERAGE, NEVER)).rejects.toMatchObject({ code: 'ARCHIVE_UNAVAILABLE', disposition: 'retry' })
    })
  })
}
