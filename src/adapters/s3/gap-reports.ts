import { PutObjectCommand, type S3Client } from '@aws-sdk/client-s3'
import { statusOf } from '#adapters/s3/s3-answers'
import { ArchiveUnavailableError } from '#core/archive-errors'
import { sha256Hex } from '#core/canonical-json'
import { gapReportKey, gapReportOf } from '#core/gap-report'
import type { GapReports } from '#core/ports/gap-reports'

export interface S3GapReportsOptions {
  readonly client: S3Client
  readonly bucket: string
}

/** Reports in the archive's bucket, beside what is locked: a newer one takes the place of an older, which stays as a version. */
export function createS3GapReports({ client, bucket }: S3GapReportsOptions): GapReports {
  return {
    async write(coverage, signal) {
      const body = Buffer.from(`${JSON.stringify(gapReportOf(coverage), null, 2)}\n`, 'utf8')
      const command = new PutObjectCommand({
        Bucket: bucket,
        Key: gapReportKey(coverage),
        Body: body,
        ContentType: 'application/json',
        // A bucket with Object Lock wants one of every object.
        ChecksumSHA256: Buffer.from(sha256Hex(body), 'hex').toString('base64'),
      })
      try {
        await client.send(command, { abortSignal: signal })
      } catch (cause) {
        signal.throwIfAborted()
        throw new ArchiveUnavailableError(`did not take a report (${statusOf(cause) ?? 'no answer'})`, { cause })
      }
    },
  }
}
