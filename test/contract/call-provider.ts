import { describe, expect, it } from 'vitest'
import type { CallListing } from '#core/ports/call-listing'
import type { CallProvider } from '#core/ports/call-provider'
import { CallNotFoundError, ProviderAnswerUnreadableError, ProviderThrottledError, ProviderUnavailableError } from '#core/provider-errors'
import { describeCallListing } from './call-listing.ts'

/** What the API answers once before it answers well. */
export type ProviderFault = 'throttled' | 'failing' | 'unreadable'

export interface KnownCall {
  readonly id: string
  readonly organizationId: string
  readonly fields?: Readonly<Record<string, unknown>>
  readonly faults?: readonly ProviderFault[]
}

export interface CallProviderSubject {
  readonly provider: CallProvider & CallListing
  addCall(call: KnownCall): Promise<void>
}

/** The field map that every subject is made with. */
export const CONTRACT_FIELD_MAP = { outcome: 'callOutcome', summaryFr: 'callSummaryFr' }

const patient = () => AbortSignal.timeout(20_000)

/** What every implementation of {@link CallProvider} promises. */
export function describeCallProviderContract(name: string, makeSubject: () => Promise<CallProviderSubject>): void {
  describe(`the provider's contract, kept by ${name}`, () => {
    it('gives a call as the API tells it, and the very bytes', async () => {
      const { provider, addCall } = await makeSubject()
      const fields = {
        callStartedAt: '2026-05-28T14:20:15Z',
        callEndedAt: '2026-05-28T14:23:15Z',
        createdAt: '2026-05-28T14:23:45Z',
        callEndedReason: 'customer-ended-call',
        userName: 'Zoé Côté',
        callDurationSeconds: '180',
        transcriptUrl: 'https://media.example/t?signature=1',
        recordingUrl: 'https://voice.example/r?signature=2',
        somethingNew: { nested: [1, null] },
      }
      await addCall({ id: 'call-1', organizationId: 'clinic-a', fields })

      const before = Date.now()
      const { call, body, contentType, host, fetchedAt } = await provider.getCall('call-1', 'clinic-a', patient())

      expect(call).toMatchObject({
        id: 'call-1',
        organizationId: 'clinic-a',
        startedAt: new Date('2026-05-28T14:20:15Z'),
        endedAt: new Date('2026-05-28T14:23:15Z'),
        createdAt: new Date('2026-05-28T14:23:45Z'),
        endedReason: 'customer-ended-call',
        transcriptUrl: fields.transcriptUrl,
        recordingUrl: fields.recordingUrl,
        fields: { userName: 'Zoé Côté', callDurationSeconds: '180' },
      })
      expect(JSON.parse(Buffer.from(body).toString('utf8'))).toMatchObject({ id: 'call-1', organizationId: 'clinic-a', ...fields })
      expect(contentType).toMatch(/^application\/json/)
      expect(host).not.toBe('')
      expect(fetchedAt.getTime()).toBeGreaterThanOrEqual(before)
      expect(fetchedAt.getTime()).toBeLessThanOrEqual(Date.now())
    })

    it('reads the two fields whose names are not public through the field map', async () => {
      const { provider, addCall } = await makeSubject()
      await addCall({ id: 'call-1', organizationId: 'clinic-a', fields: { callOutcome: 'voicemail_left', callSummaryFr: 'Résumé' } })

      const { call } = await provider.getCall('call-1', undefined, patient())

      expect(call.fields).toMatchObject({ outcome: 'voicemail_left', summaryFr: 'Résumé' })
    })

    it('takes links that are null for links that are not there', async () => {
      const { provider, addCall } = await makeSubject()
      await addCall({ id: 'call-1', organizationId: 'clinic-a', fields: { transcriptUrl: null, recordingUrl: null } })

      const { call } = await provider.getCall('call-1', undefined, patient())

      expect(call.transcriptUrl).toBeUndefined()
      expect(call.recordingUrl).toBeUndefined()
    })

    it.each(['with space', 'slash/and?query#fragment', '100 %', 'été', 'a+b&c=d', '..%2f..', '%'])(
      'finds the call whose id is %s',
      async (id) => {
        const { provider, addCall } = await makeSubject()
        await addCall({ id, organizationId: 'clinic-a' })

        const { call } = await provider.getCall(id, undefined, patient())

        expect(call.id).toBe(id)
      },
    )

    it('says that it does not know a call', async () => {
      const { provider } = await makeSubject()

      await expect(provider.getCall('call-unknown', undefined, patient())).rejects.toBeInstanceOf(CallNotFoundError)
    })

    it('does not know a call whose id no URL can carry', async () => {
      const { provider } = await makeSubject()

      await expect(provider.getCall('call-\ud800', undefined, patient())).rejects.toBeInstanceOf(CallNotFoundError)
    })

    it.each([
      ['throttled', ProviderThrottledError],
      ['failing', ProviderUnavailableError],
      ['unreadable', ProviderAnswerUnreadableError],
    ] as const)('tells an API that is %s, and gives the call afterwards', async (fault, meaning) => {
      const { provider, addCall } = await makeSubject()
      await addCall({ id: 'call-1', organizationId: 'clinic-a', faults: [fault] })

      await expect(provider.getCall('call-1', undefined, patient())).rejects.toBeInstanceOf(meaning)

      await expect(provider.getCall('call-1', undefined, patient())).resolves.toMatchObject({ call: { id: 'call-1' } })
    })

    it('passes on how long the API asks to wait', async () => {
      const { provider, addCall } = await makeSubject()
      await addCall({ id: 'call-1', organizationId: 'clinic-a', faults: ['throttled'] })

      await expect(provider.getCall('call-1', undefined, patient())).rejects.toMatchObject({ retryAfterSeconds: 1, counted: false })
    })

    it('asks nothing when the time is already up', async () => {
      const { provider, addCall } = await makeSubject()
      const reason = new Error('the time is up')
      await addCall({ id: 'call-1', organizationId: 'clinic-a' })

      await expect(provider.getCall('call-1', undefined, AbortSignal.abort(reason))).rejects.toBe(reason)
    })

    describeCallListing(makeSubject)
  })
}
