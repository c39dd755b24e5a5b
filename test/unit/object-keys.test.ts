import { describe, expect, it } from 'vitest'
import { manifestKey, mediaKey, partitionOf, recordKey } from '#core/object-keys'

const place = { partition: 'organization=clinic-a/year=2026/month=05/day=28', callId: 'call_1', fence: 7 }

describe('object keys', () => {
  it('are laid out in days of UTC, whatever the zone the call was told in', () => {
    expect(partitionOf('clinic-a', new Date('2026-05-28T23:30:00-04:00'))).toBe('organization=clinic-a/year=2026/month=05/day=29')
  })

  it('keep one kind to a prefix', () => {
    expect(manifestKey(place, 2)).toBe('manifests/organization=clinic-a/year=2026/month=05/day=28/call_1.r2.json')
    expect(recordKey(place)).toBe('records/organization=clinic-a/year=2026/month=05/day=28/call_1.7.json')
    expect(mediaKey(place, 'transcript', 'txt')).toBe('media/organization=clinic-a/year=2026/month=05/day=28/call_1/7/transcript.txt')
    expect(mediaKey(place, 'recording', 'wav')).toBe('media/organization=clinic-a/year=2026/month=05/day=28/call_1/7/recording.wav')
  })

  it('carry ids that are not plain as digests, so that none of them can climb out of its place', () => {
    const partition = partitionOf('../clinic', new Date('2026-05-28T12:00:00Z'))

    const keys = [manifestKey, recordKey].map((key) => key({ partition, callId: 'a/../../b', fence: 1 }, 1))

    for (const key of keys) expect(key).toMatch(/^\w+\/organization=~[0-9a-f]{32}\/year=2026\/month=05\/day=28\/~[0-9a-f]{32}\.r?1\.json$/)
  })

  it('of two attempts are never the same, but for the manifest', () => {
    const other = { ...place, fence: 8 }

    expect(recordKey(place)).not.toBe(recordKey(other))
    expect(mediaKey(place, 'recording', 'wav')).not.toBe(mediaKey(other, 'recording', 'wav'))
    expect(manifestKey(place, 1)).toBe(manifestKey(other, 1))
  })
})
