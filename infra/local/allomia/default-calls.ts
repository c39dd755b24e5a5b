import type { CallDescription } from './call-script.ts'

/** What the program plays when nobody tells it otherwise: one call of each common kind. */
export const defaultCalls = (organizationId: string): readonly CallDescription[] => [
  { id: 'call_inbound', organizationId, recording: { seconds: 20 } },
  {
    id: 'call_web_french',
    organizationId,
    fields: { callType: 'Web', agentName: 'Amélie', userName: 'François Bérubé' },
    recording: { seconds: 30, sampleRate: 16_000 },
    transcript: { language: 'fr' },
  },
  { id: 'call_outbound_busy', organizationId, fields: { callType: 'Outbound' }, script: { busy: true } },
  { id: 'call_recording_later', organizationId, script: { recordingAfterSeconds: 60 } },
  { id: 'call_error_page', organizationId, script: { htmlPages: 1 } },
]
