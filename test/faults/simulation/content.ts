import { addSeconds } from '#core/instants'
import type { MediaName } from '#core/manifest-schema'
import { type ChangeOf, EPOCH, type PlannedCall } from './plan.ts'

/** What must never be seen outside records, transcripts and recordings: a name, a number, words of a summary, a link's query. */
export const PERSONAL = /Tremblay|5145550199|rendez-vous|sekret|X-Amz-Signature/

export const transcriptOf = (callId: string, value: number) => Buffer.from(`Agent : bonjour Zoé Tremblay, ${callId}, version ${value}.\n`)

export function recordingOf(callId: string, value: number): Buffer {
  const samples = Buffer.from(`${callId} ${value} ..............`)
  const header = Buffer.from('RIFF....WAVE', 'latin1')
  header.writeUInt32LE(samples.length + 4, 4)
  return Buffer.concat([header, samples])
}

/** The provider's record of a call at a moment, with the links it hands out. */
export function recordText(
  call: PlannedCall,
  seconds: number,
  links: Partial<Record<MediaName, string>>,
): Readonly<Record<string, unknown>> {
  const value = (of: ChangeOf) =>
    call.changes
      .filter((change) => change.of === of && change.at <= seconds)
      .sort((one, other) => one.at - other.at)
      .at(-1)?.value ?? 0
  return {
    id: call.id,
    organizationId: call.organizationId,
    callType: call.callType ?? 'Inbound',
    ...(seconds >= call.startKnownFrom && { callStartedAt: instant(call.startedAt) }),
    callEndedAt: instant(call.endedAt),
    callDurationSeconds: String(call.endedAt - call.startedAt),
    callEndedReason: call.endedReason,
    userName: `Zoé Tremblay ${value('name')}`,
    userPhoneNumber: '+15145550199',
    callSummary: `Zoé voulait un rendez-vous ${value('summary')}`,
    createdAt: instant(call.createdAt ?? call.endedAt + 30),
    unknownField: value('unknown-field'),
    transcriptUrl: links.transcript ?? null,
    recordingUrl: links.recording ?? null,
  }
}

const instant = (seconds: number) => addSeconds(EPOCH, seconds).toISOString()
