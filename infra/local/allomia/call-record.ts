import type { BookedCall } from './call-book.ts'
import type { CallDescription } from './call-script.ts'

/** The API's record of a call. Its values are whatever the description says, so nothing is promised of them. */
export type CallRecord = Readonly<Record<string, unknown>>

export interface Links {
  readonly transcriptUrl: string | null
  readonly recordingUrl: string | null
}

/** The fields that a listing shows: no links, no texts. */
const LISTED_FIELDS = [
  'id',
  'organizationId',
  'callType',
  'agentId',
  'agentName',
  'teamId',
  'teamName',
  'phoneNumber',
  'callStartedAt',
  'callEndedAt',
  'callDurationSeconds',
  'callEndedReason',
  'userName',
  'userPhoneNumber',
  'userPrimaryIntent',
  'userSentiment',
  'callOutcome',
  'createdAt',
] as const

const DEFAULT_SECONDS = 8

/** How long the conversation lasted, and so its recording. */
export function secondsOf({ recording, script }: CallDescription): number {
  return script?.busy ? 0 : (recording?.seconds ?? DEFAULT_SECONDS)
}

/** Who spoke: the agent's and the user's name. */
export function speakersOf({ fields }: CallDescription) {
  const { agentName, userName } = { ...people, ...fields }
  return { agentName: String(agentName), userName: String(userName) }
}

/** The whole record with these links; what the description says comes last and wins. */
export function recordOf(call: BookedCall, links: Links): CallRecord {
  const { id, organizationId, fields, script } = call.description
  return { id, organizationId, ...people, ...timesOf(call), ...(script?.busy ? unanswered : answered), ...links, ...fields }
}

/** The fields of the record that a listing shows. */
export function listedRecordOf(call: BookedCall): CallRecord {
  const record = recordOf(call, { transcriptUrl: null, recordingUrl: null })
  return Object.fromEntries(LISTED_FIELDS.filter((field) => field in record).map((field) => [field, record[field]]))
}

const people = {
  callType: 'Inbound',
  agentId: 'agent_reception',
  agentName: 'Léa',
  teamId: null,
  teamName: null,
  phoneNumber: '+15145550100',
  userName: 'Zoé Côté-Lévesque',
  userPhoneNumber: '+15145550199',
}

const answered = {
  callEndedReason: 'customer-ended-call',
  userPrimaryIntent: 'confirm_appointment',
  userSentiment: 'positive',
  callOutcome: 'appointment_confirmed',
  callSummary: 'The caller confirmed an appointment on Thursday.',
  callSummaryFr: 'L’appelante a confirmé un rendez-vous pour jeudi, à la clinique où elle est déjà allée.',
}

const unanswered = {
  callEndedReason: 'customer-busy',
  userPrimaryIntent: null,
  userSentiment: null,
  callOutcome: null,
  callSummary: null,
  callSummaryFr: null,
}

function timesOf(call: BookedCall): CallRecord {
  const seconds = secondsOf(call.description)
  return {
    callStartedAt: instant(call.bornAt - seconds * 1_000),
    callEndedAt: instant(call.bornAt),
    // A string, as in the published example.
    callDurationSeconds: String(Math.round(seconds)),
    createdAt: instant(call.bornAt),
  }
}

/** ISO 8601 in whole seconds, as the provider writes it. */
function instant(milliseconds: number): string {
  return `${new Date(milliseconds).toISOString().slice(0, 19)}Z`
}
