import type { CallDescription } from '../allomia/call-script.ts'

/** A call of the demonstration, and how it has to end. */
export interface DemonstrationCall {
  readonly title: string
  readonly description: CallDescription
  /** How often its end is announced. */
  readonly events: number
  readonly expected: { readonly transcript: ExpectedState; readonly recording: ExpectedState }
}

export type ExpectedState = 'stored' | 'absent'

const LAVAL = 'org_clinic_laval'
const GATINEAU = 'org_clinic_gatineau'

export const ORGANIZATION_IDS = [LAVAL, GATINEAU] as const

const both = { transcript: 'stored', recording: 'stored' } as const

/** What happens to real calls, one of each kind. */
export const DEMONSTRATION_CALLS: readonly DemonstrationCall[] = [
  {
    title: 'Inbound, all is there',
    description: { id: 'call_inbound', organizationId: LAVAL, fields: { callType: 'Inbound' } },
    events: 1,
    expected: both,
  },
  {
    title: 'Outbound, the line was busy',
    description: { id: 'call_busy', organizationId: GATINEAU, fields: { callType: 'Outbound' }, script: { busy: true } },
    events: 1,
    expected: { transcript: 'absent', recording: 'absent' },
  },
  {
    title: 'Web, a transcript in French',
    description: { id: 'call_french', organizationId: LAVAL, fields: { callType: 'Web' }, transcript: { language: 'fr' } },
    events: 1,
    expected: both,
  },
  {
    title: 'the recording appears later',
    description: { id: 'call_late_recording', organizationId: LAVAL, script: { recordingAfterSeconds: 20 } },
    events: 1,
    expected: both,
  },
  {
    title: 'the event arrives three times',
    description: { id: 'call_three_events', organizationId: GATINEAU },
    events: 3,
    expected: both,
  },
  {
    title: 'a recording of over 64 MiB',
    description: { id: 'call_large', organizationId: GATINEAU, recording: { seconds: 720, sampleRate: 48_000 } },
    events: 1,
    expected: both,
  },
  {
    title: 'an HTML error page the first time',
    description: { id: 'call_error_page', organizationId: LAVAL, script: { htmlPages: 1 } },
    events: 1,
    expected: both,
  },
]
