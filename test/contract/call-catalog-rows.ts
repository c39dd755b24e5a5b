import { randomUUID } from 'node:crypto'
import { type CallRow, newRow } from '#core/call-row'
import type { ClaimedCall, ClaimRequest } from '#core/claim'
import { addSeconds } from '#core/instants'
import type { MediaArtifact, MediaName, StoredArtifact } from '#core/manifest-schema'
import type { CallCatalog } from '#core/ports/call-catalog'

export const NOW = new Date('2026-03-02T15:00:00.000Z')
export const PAST = addSeconds(NOW, -60)
/** Later than any message of now is about. */
export const MUCH_LATER = addSeconds(NOW, 3_600)
export const LEASE_END = addSeconds(NOW, 120)

export const freshId = () => `call-${randomUUID()}`

export const requestFor = (callId: string, changes: Partial<ClaimRequest> = {}): ClaimRequest => ({
  callId,
  trigger: 'event',
  receivedAt: NOW,
  now: NOW,
  leaseUntil: LEASE_END,
  ...changes,
})

/** Claims what nobody may refuse. */
export async function claimed(catalog: CallCatalog, request: ClaimRequest): Promise<ClaimedCall> {
  const answer = await catalog.claim(request)
  if (answer.kind !== 'claimed') throw new Error(`expected a claim, was answered ${answer.kind}`)
  return answer.claim
}

/** Brings a row to where it stands as given, with no lease. */
export async function stand(catalog: CallCatalog, row: CallRow, now: Date = addSeconds(NOW, -600)): Promise<void> {
  const { callId, subject } = row
  const claim = await claimed(catalog, requestFor(callId, { subject, trigger: 'operator', now, leaseUntil: addSeconds(now, 60) }))
  await catalog.write(claim, row)
}

export const rowAs = (callId: string, changes: Partial<CallRow>): CallRow => ({ ...newRow(callId, PAST), ...changes })

export const awaited = (name: MediaName): MediaArtifact => ({ name, state: 'awaited' })

export const stored = <Name extends MediaName>(name: Name): StoredArtifact & { readonly name: Name } => ({
  name,
  state: 'stored',
  key: `media/organization=org-1/year=2026/month=03/day=02/call-1/1/${name}.wav`,
  versionId: 'v-1',
  bytes: 5_000_000_000,
  sha256: 'a'.repeat(64),
  storedChecksum: { algorithm: 'SHA256', type: 'FULL_OBJECT', value: 'qqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqo=' },
  mediaType: 'audio/wav',
  suspect: 'short',
  source: {
    host: 'media.example.com',
    etag: '"x-1"',
    lastModified: 'Mon, 02 Mar 2026 14:00:00 GMT',
    contentType: 'audio/wav',
    fetchedAt: '2026-03-02T14:59:00.000Z',
  },
})

/** A row that has everything a row can have. */
export const fullRow = (callId: string): CallRow => ({
  callId,
  state: 'archived',
  firstSeenAt: PAST,
  partition: 'organization=org-1/year=2026/month=03/day=02',
  committed: {
    revision: 2,
    contentSha256: 'b'.repeat(64),
    manifestSha256: 'c'.repeat(64),
    manifestKey: 'manifests/organization=org-1/year=2026/month=03/day=02/call-1.r2.json',
    retainUntil: new Date('2033-03-01T00:00:00.000Z'),
    archivedAt: new Date('2026-03-02T14:59:30.250Z'),
  },
  artifacts: { transcript: { name: 'transcript', state: 'absent', reason: 'busy' }, recording: stored('recording') },
  fields: {
    id: callId,
    organizationId: 'org-1',
    callType: 'Inbound',
    agentId: 'agent-1',
    agentName: 'Émilie',
    teamId: null,
    teamName: '',
    phoneNumber: '+15145550100',
    callStartedAt: '2026-03-02T14:50:00.000Z',
    callEndedAt: '2026-03-02T14:55:00-00:00',
    callDurationSeconds: '300',
    callEndedReason: 'customer-ended-call',
    userName: 'Zoë 🦊',
    userPhoneNumber: '+1 (514) 555-0199',
    userPrimaryIntent: { nested: ['of', 1.5, true, null] },
    userSentiment: 0.25,
    outcome: 'appointment_confirmed',
    createdAt: '2026-03-02T14:50:01.000Z',
  },
  failures: 3,
  failingSince: PAST,
  lastErrorCode: 'PROVIDER_UNAVAILABLE',
  next: { dueAt: MUCH_LATER, reason: 'artifacts' },
})
