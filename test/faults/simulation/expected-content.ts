import { createHash } from 'node:crypto'
import canonicalize from 'canonicalize'
import type { Manifest } from '#core/manifest-schema'

/** The fields that the design counts as content, written down once more: what the code does must not be checked against itself. */
const CONTENT_FIELDS =
  'id organizationId callType agentId agentName teamId teamName phoneNumber callStartedAt callEndedAt callDurationSeconds callEndedReason userName userPhoneNumber userPrimaryIntent userSentiment callSummary createdAt'.split(
    ' ',
  )

/** `contentSha256` as the design defines it, of a provider's record and the artifacts beside it. */
export function expectedContent(record: Readonly<Record<string, unknown>>, artifacts: readonly Manifest['artifacts'][number][]): string {
  const call = Object.fromEntries(CONTENT_FIELDS.filter((name) => record[name] !== undefined).map((name) => [name, record[name]]))
  const media = (['recording', 'transcript'] as const).flatMap((name) =>
    artifacts.filter((artifact) => artifact.name === name).map(summaryOf),
  )
  return createHash('sha256')
    .update(canonicalize({ artifacts: media, call }) ?? '')
    .digest('hex')
}

const summaryOf = (artifact: Manifest['artifacts'][number]) =>
  artifact.state === 'stored'
    ? { name: artifact.name, state: artifact.state, sha256: artifact.sha256 }
    : { name: artifact.name, state: artifact.state, ...(artifact.reason !== undefined && { reason: artifact.reason }) }
