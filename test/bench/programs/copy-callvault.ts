import { tmpdir } from 'node:os'
import { S3Client } from '@aws-sdk/client-s3'
import { createBodySpool } from '#adapters/http/body-spool'
import { createMediaSources } from '#adapters/http/media-sources'
import { createS3ArchiveStore } from '#adapters/s3/archive-store'
import { S3_CLIENT_OPTIONS } from '#adapters/s3/client-options'
import { createCallLinks } from '#core/call-links'
import { createCopyArtifact } from '#core/copy-artifact'
import { parseProviderCall } from '#core/provider-call'
import { copyOrder } from './order.ts'

/** One recording by callvault's copy, as archive-call does it, without the call around it. */
async function main(): Promise<void> {
  const copyArtifact = createCopyArtifact({
    archive: createS3ArchiveStore({ client: new S3Client(S3_CLIENT_OPTIONS), bucket: copyOrder.bucket }),
    sources: createMediaSources({ allowInsecure: true, hostAllowlist: async () => [] }),
    spool: createBodySpool({ directory: tmpdir() }),
    now: () => new Date(),
    after(seconds, act) {
      const timer = setTimeout(act, seconds * 1_000)
      return () => clearTimeout(timer)
    },
  })
  const body = Buffer.from(JSON.stringify({ id: copyOrder.key, organizationId: 'org_1', recordingUrl: copyOrder.link }))
  const fetched = { call: parseProviderCall(body), body, contentType: 'application/json', host: 'provider', fetchedAt: new Date() }
  const links = createCallLinks(fetched, async () => fetched)
  const link = links.current('recording')
  if (link === undefined) throw new Error('no link')

  const place = { partition: 'organization=org_1/year=2026/month=03/day=03', callId: copyOrder.key, fence: 1 }
  const retention = { mode: 'NONE' as const, retainUntil: new Date(), policy: 'none' }
  await copyArtifact({ name: 'recording', links, link, place, retention, callSeconds: undefined }, AbortSignal.timeout(600_000))
}

main().then(
  () => process.exit(0),
  (error: unknown) => {
    console.error(error)
    process.exit(1)
  },
)
