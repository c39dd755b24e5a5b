import { tmpdir } from 'node:os'
import { createBodySpool } from '#adapters/http/body-spool'
import { type ArchiveOutcome, createArchiveCall } from '#core/archive-call'
import { addSeconds } from '#core/instants'
import { readManifest } from '#core/manifest'
import type { CallMessage, Trigger } from '#core/queue-message'
import type { RetentionMode, Settings } from '#core/settings'
import { createMemoryArchive, type MemoryArchive } from '#test/support/twins/memory-archive'
import { createMemoryCatalog } from '#test/support/twins/memory-catalog'
import { createMemoryProvider, type MemoryProvider } from '#test/support/twins/memory-provider'
import { createMemorySources, type MemorySources } from '#test/support/twins/memory-sources'

export const CALL_ENDED_AT = new Date('2026-03-03T14:23:15.000Z')
export const TRANSCRIPT_URL = 'https://media.example/t.txt?X-Amz-Signature=secret'
export const RECORDING_URL = 'https://voice.example/r.wav?token=secret'
export const RECORDING = Buffer.concat([Buffer.from('RIFF\0\0\0\0WAVE', 'latin1'), Buffer.alloc(5_000, 7)])

export const SETTINGS: Settings = {
  allomia: {
    baseUrl: 'https://provider.example',
    apiKeys: { default: 'key', organizations: new Map() },
    organizationIds: ['org_1'],
    fieldMap: {},
    lookBackDays: 7,
    maxRequestsPerSecond: 5,
    sendOrganizationId: false,
  },
  retention: { default: { days: 3_650, policy: 'ten-years' }, organizations: new Map([['org_short', { days: 30, policy: 'a-month' }]]) },
  waits: { artifactGraceHours: 2, artifactWaitHours: 72, recheckAfterHours: 0, reasonsWithoutRecording: ['busy', 'no-answer'] },
  sources: { hostAllowlist: [] },
}

interface World {
  readonly archive: MemoryArchive
  readonly provider: MemoryProvider
  readonly sources: MemorySources
  readonly now: () => Date
}

interface VaultOptions {
  readonly retentionMode?: RetentionMode
  readonly settings?: () => Promise<Settings>
  /** The same world, and the catalog has forgotten everything. */
  readonly after?: World
}

/** The whole of archive-call on twins, with a clock that the test moves. */
export function createVault({ retentionMode = 'GOVERNANCE', settings = async () => SETTINGS, after }: VaultOptions = {}) {
  let time = after?.now() ?? addSeconds(CALL_ENDED_AT, 60)
  const timers = new Set<{ readonly seconds: number; act(): void }>()
  const now = () => time
  const [archive, catalog, provider, sources] = [
    after?.archive ?? createMemoryArchive(),
    createMemoryCatalog(),
    after?.provider ?? createMemoryProvider({ clock: now }),
    after?.sources ?? createMemorySources({ clock: now }),
  ]
  const archiveCall = createArchiveCall({
    archive,
    catalog,
    provider,
    sources,
    spool: createBodySpool({ directory: tmpdir(), limitBytes: 1_000_000 }),
    settings: { current: settings, reread: settings },
    retentionMode,
    now,
    random: () => 0.5,
    after(seconds, act) {
      const timer = { seconds, act }
      timers.add(timer)
      return () => void timers.delete(timer)
    },
    version: '0.0.0-test',
  })

  return {
    archive,
    catalog,
    provider,
    sources,
    now,
    passHours(hours: number) {
      time = addSeconds(time, hours * 3_600)
    },
    /** Its clock stands still while an attempt runs: what was to act within so many seconds acts now. */
    actOnTimers(withinSeconds: number) {
      for (const timer of [...timers].filter(({ seconds }) => seconds <= withinSeconds)) timer.act()
    },
    timersLeft: () => timers.size,
    deliver(trigger: Trigger = 'event', fields: Partial<CallMessage> = {}, signal = AbortSignal.timeout(10_000)): Promise<ArchiveOutcome> {
      return archiveCall(message(trigger, now(), fields), addSeconds(now(), 300), signal)
    },
    manifests: () =>
      archive
        .objects()
        .filter(({ key }) => key.startsWith('manifests/'))
        .map(({ body }) => readManifest(body).manifest),
    keys: () => archive.objects().map(({ key }) => key),
  }
}

export const message = (trigger: Trigger, receivedAt: Date, fields: Partial<CallMessage> = {}): CallMessage => ({
  version: 1,
  trigger,
  callId: 'call_1',
  source: 'test',
  receivedAt: receivedAt.toISOString(),
  requestId: 'request-1',
  ...fields,
})

/** A call that is well and has both artifacts. */
export const record = (fields: Readonly<Record<string, unknown>> = {}) => ({
  id: 'call_1',
  organizationId: 'org_1',
  callType: 'Inbound',
  agentName: 'Réception',
  callStartedAt: '2026-03-03T14:20:15Z',
  callEndedAt: CALL_ENDED_AT.toISOString(),
  callDurationSeconds: '180',
  callEndedReason: 'customer-ended-call',
  userName: 'Zoé Tremblay',
  userPhoneNumber: '+15145550199',
  callSummary: 'Zoé asked for an appointment.',
  createdAt: '2026-03-03T14:23:45Z',
  transcriptUrl: TRANSCRIPT_URL,
  recordingUrl: RECORDING_URL,
  ...fields,
})

/** A vault whose provider has one such call, and whose links lead somewhere. */
export function createVaultWithCall(fields: Readonly<Record<string, unknown>> = {}, options: Parameters<typeof createVault>[0] = {}) {
  const vault = createVault(options)
  vault.provider.setCall(record(fields))
  vault.sources.set(TRANSCRIPT_URL, { body: 'Agent : Bonjour, ici la clinique.\n', contentType: 'text/plain; charset=utf-8' })
  vault.sources.set(RECORDING_URL, { body: RECORDING, contentType: 'audio/wav', etag: '"r1"' })
  return vault
}
