import { describe, expect, it } from 'vitest'
import { DEMONSTRATION_CALLS } from '#local/demonstration/calls'
import { tableOf } from '#local/demonstration/table'
import { resultOf } from '#local/demonstration/verdict'

const [inbound, busy] = [DEMONSTRATION_CALLS[0]!, DEMONSTRATION_CALLS[1]!]
const announcedAt = new Date('2026-03-03T14:00:00.000Z')
const folder = 'manifests/organization=org_clinic_laval/year=2026/month=03/day=03/'
const archived = {
  state: 'archived',
  revision: 1,
  archivedAt: '2026-03-03T14:00:02.500Z',
  callDurationSeconds: '720',
  manifestKey: `${folder}call_inbound.r1.json`,
  manifestSha256: '0123456789abcdef',
  transcriptState: 'stored',
  transcriptBytes: 504,
  recordingState: 'stored',
  recordingBytes: 69_120_044,
}

describe('the table of the demonstration', () => {
  it('says of an archived call how much of it there is, and where its manifest is', () => {
    const lines = tableOf([resultOf(inbound, archived, announcedAt)]).split('\n')

    expect(lines).toContain('call_inbound  org_clinic_laval      720        504 69,120,044      2.5')
    expect(lines.slice(-2)).toEqual([folder, '  0123456789ab  call_inbound.r1.json'])
  })

  it('says why there is no recording, and why a call is not archived', () => {
    const { recordingBytes: _, ...withoutRecording } = archived
    const absent = { ...withoutRecording, recordingState: 'absent', recordingReason: 'customer-busy' }
    const failed = { state: 'failed', lastErrorCode: 'CALL_NOT_FOUND' }

    const table = tableOf([resultOf(busy, absent, announcedAt), resultOf(inbound, failed, announcedAt)])

    expect(table).toContain('  0123456789ab  call_inbound.r1.json  no recording: customer-busy')
    expect(table).toContain('not archived\n  -             call_inbound: CALL_NOT_FOUND')
  })
})
