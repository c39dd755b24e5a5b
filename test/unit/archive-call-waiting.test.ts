import { describe, expect, it } from 'vitest'
import { ArchiveUnavailableError } from '#core/archive-errors'
import { addSeconds } from '#core/instants'
import { RecordingTooLargeError, SourceAddressRefusedError } from '#core/source-errors'
import { wav } from '#test/support/sounds'
import { CALL_ENDED_AT, createVaultWithCall, RECORDING, RECORDING_URL, record, TRANSCRIPT_URL } from '#test/support/vault'

const HTML = { body: '<!DOCTYPE html><html><body>Error</body></html>', contentType: 'audio/wav' }

describe('waiting for what is late', () => {
  it('keeps a call pending within the grace, and copies only once what is there', async () => {
    const vault = createVaultWithCall({ recordingUrl: null })
    const first = await vault.deliver()
    vault.provider.setCall(record())
    vault.passHours(0.1)

    const second = await vault.deliver('due')

    expect(first.kind).toBe('postponed')
    expect(second).toMatchObject({ kind: 'archived', revision: 1, fence: 2 })
    expect(vault.sources.opened()).toEqual([TRANSCRIPT_URL, RECORDING_URL])
    expect(vault.keys().filter((key) => key.includes('transcript'))).toEqual([expect.stringContaining('/call_1/1/')])
  })

  it('commits what is there when the grace is over, and the rest as the next revision', async () => {
    const vault = createVaultWithCall({ recordingUrl: null })
    vault.passHours(3)
    const first = await vault.deliver()
    vault.provider.setCall(record())
    vault.passHours(6)

    const second = await vault.deliver('due')

    const states = vault.manifests().map(({ artifacts }) => artifacts.map(({ name, state }) => `${name} ${state}`))
    expect([first, second]).toMatchObject([
      { kind: 'archived', revision: 1 },
      { kind: 'archived', revision: 2 },
    ])
    expect(states).toEqual([
      ['record stored', 'transcript stored', 'recording awaited'],
      ['record stored', 'transcript stored', 'recording stored'],
    ])
  })

  it('commits what an earlier attempt stored with the mark that it was stored with', async () => {
    const vault = createVaultWithCall({ transcriptUrl: null })
    vault.sources.set(RECORDING_URL, { body: wav({ seconds: 10 }), contentType: 'audio/wav' })
    await vault.deliver()
    vault.passHours(3)

    await vault.deliver('due')

    expect(vault.sources.opened()).toEqual([RECORDING_URL])
    expect(vault.manifests().map(({ artifacts }) => artifacts.at(-1))).toEqual([
      expect.objectContaining({ state: 'stored', suspect: 'short' }),
    ])
  })

  it('calls a link that never came absent at the end of the wait', async () => {
    const vault = createVaultWithCall({ recordingUrl: null })
    vault.passHours(80)

    const outcome = await vault.deliver()

    expect(outcome.kind).toBe('archived')
    expect(vault.manifests()[0]?.artifacts.at(-1)).toEqual({ name: 'recording', state: 'absent', reason: 'not-offered' })
    expect((await vault.catalog.read('call_1'))?.next).toBeUndefined()
  })

  it('archives a busy call at once: nothing of it is expected, and the manifest says why', async () => {
    const vault = createVaultWithCall({ recordingUrl: null, transcriptUrl: null, callEndedReason: 'BUSY' })

    const outcome = await vault.deliver()

    expect(outcome.kind).toBe('archived')
    expect(vault.manifests()[0]?.artifacts.slice(1)).toEqual([
      { name: 'transcript', state: 'absent', reason: 'busy' },
      { name: 'recording', state: 'absent', reason: 'busy' },
    ])
  })

  it('calls a recording that was offered and is gone lost, once the wait is over', async () => {
    const vault = createVaultWithCall()
    vault.sources.set(RECORDING_URL, { status: 404 })
    vault.passHours(80)

    const outcome = await vault.deliver()

    expect(outcome.kind).toBe('archived')
    expect(vault.manifests()[0]?.artifacts.at(-1)).toEqual({ name: 'recording', state: 'lost' })
  })

  it('does not await anew what was given up, because an operator’s look met an error', async () => {
    const vault = createVaultWithCall()
    vault.sources.set(RECORDING_URL, { status: 404 }, { status: 503 })
    vault.passHours(80)
    await vault.deliver()

    const outcome = await vault.deliver('operator')

    expect(outcome).toMatchObject({ kind: 'unchanged', revision: 1, errors: [{ code: 'SOURCE_UNAVAILABLE' }] })
    expect(await vault.catalog.read('call_1')).toMatchObject({ state: 'archived', artifacts: { recording: { state: 'lost' } } })
  })

  it('looks seldomer the longer it waits, and never past the end of the grace', async () => {
    const vault = createVaultWithCall({ recordingUrl: null })
    const delays: number[] = []

    for (const hours of [0, 0.2, 0.6, 1]) {
      vault.passHours(hours)
      await vault.deliver()
      delays.push(((await vault.catalog.read('call_1'))?.next?.dueAt.getTime() ?? 0) - vault.now().getTime())
    }

    expect(delays.map((delay) => Math.round(delay / 1_000))).toEqual([30, 260, 980, 660])
  })
})

describe('what goes wrong', () => {
  it('stores no error page as a recording, and the recording when it comes', async () => {
    const vault = createVaultWithCall()
    vault.sources.set(RECORDING_URL, HTML, { body: RECORDING, contentType: 'audio/wav' })
    const first = await vault.deliver()
    vault.passHours(0.1)

    const second = await vault.deliver('due')

    expect(first).toMatchObject({ kind: 'postponed', errors: [{ code: 'SOURCE_CONTENT_WRONG' }] })
    expect(second).toMatchObject({ kind: 'archived', revision: 1 })
    expect(vault.keys().filter((key) => key.includes('recording'))).toEqual([expect.stringContaining('/call_1/2/recording.wav')])
  })

  it('leaves a call whose content stays wrong to a person, with what is right committed', async () => {
    const vault = createVaultWithCall()
    vault.sources.set(RECORDING_URL, HTML)
    vault.passHours(80)

    const outcome = await vault.deliver()

    expect(outcome).toMatchObject({ kind: 'failed', revision: 1 })
    expect(vault.manifests()[0]?.artifacts.at(-1)).toEqual({ name: 'recording', state: 'awaited' })
    expect(await vault.catalog.read('call_1')).toMatchObject({ state: 'failed', lastErrorCode: 'SOURCE_CONTENT_WRONG' })
    expect((await vault.deliver('event')).kind).toBe('parked')
  })

  it('gives nothing up for a bucket that takes nothing, however long that lasts', async () => {
    const vault = createVaultWithCall({ transcriptUrl: null })
    const fault = { operation: 'put', moment: 'before', error: new ArchiveUnavailableError('refused'), key: /recording/ } as const
    vault.archive.fail(fault)
    vault.archive.fail(fault)
    vault.passHours(3)
    await vault.deliver()
    vault.passHours(80)
    const refused = await vault.deliver('due')
    vault.passHours(1)

    const taken = await vault.deliver('due')

    expect([refused, taken]).toMatchObject([
      { kind: 'archived', revision: 2, errors: [{ code: 'ARCHIVE_UNAVAILABLE' }] },
      { kind: 'archived', revision: 3, errors: [] },
    ])
    expect(vault.manifests()[2]?.artifacts.map(({ state }) => state)).toEqual(['stored', 'absent', 'stored'])
  })

  it('stores nothing of a body that ends early', async () => {
    const vault = createVaultWithCall()
    vault.sources.set(RECORDING_URL, { body: RECORDING, contentType: 'audio/wav', cutAfterBytes: 3_000 })

    const outcome = await vault.deliver()

    expect(outcome).toMatchObject({ kind: 'postponed', errors: [{ code: 'SOURCE_ENDED_EARLY' }] })
    expect(vault.keys().filter((key) => key.includes('recording'))).toEqual([])
  })

  it.each([
    ['a refused address', new SourceAddressRefusedError('loopback')],
    ['a recording that is too large', new RecordingTooLargeError(6e9, 5e9)],
  ])('commits the transcript at the end of the grace in spite of %s, then leaves the call to a person', async (_what, error) => {
    const vault = createVaultWithCall()
    vault.sources.set(RECORDING_URL, error)
    const inGrace = await vault.deliver()
    const dueAt = (await vault.catalog.read('call_1'))?.next?.dueAt
    vault.passHours(2)

    const after = await vault.deliver('due')

    expect(inGrace.kind).toBe('postponed')
    expect(dueAt).toEqual(addSeconds(CALL_ENDED_AT, 7_200))
    expect(after).toMatchObject({ kind: 'failed', revision: 1 })
    expect(vault.manifests()[0]?.artifacts.map(({ state }) => state)).toEqual(['stored', 'stored', 'awaited'])
  })

  it('waits for the other artifact where one is refused, and is left to a person when both are settled', async () => {
    const vault = createVaultWithCall({ transcriptUrl: null })
    vault.sources.set(RECORDING_URL, new SourceAddressRefusedError('loopback'))
    vault.passHours(3)
    const early = await vault.deliver()
    const planned = (await vault.catalog.read('call_1'))?.next
    vault.provider.setCall(record())
    vault.passHours(1)

    const late = await vault.deliver('due')

    expect(early).toMatchObject({ kind: 'archived', revision: 1, errors: [{ code: 'SOURCE_ADDRESS_REFUSED' }] })
    expect(planned).toMatchObject({ reason: 'artifacts' })
    expect(late).toMatchObject({ kind: 'failed', revision: 2, errors: [{ code: 'SOURCE_ADDRESS_REFUSED' }] })
    expect(vault.manifests()[1]?.artifacts.map(({ state }) => state)).toEqual(['stored', 'stored', 'awaited'])
  })

  it('tries for the other artifact as soon as ever where one is refused', async () => {
    const vault = createVaultWithCall()
    vault.sources.set(TRANSCRIPT_URL, new SourceAddressRefusedError('loopback'))
    vault.sources.set(RECORDING_URL, { status: 500 }, { body: RECORDING, contentType: 'audio/wav' })
    await vault.deliver()
    const { next } = (await vault.catalog.read('call_1')) ?? {}
    vault.passHours(0.1)
    await vault.deliver('due')

    expect(next?.dueAt.getTime()).toBeLessThan(vault.now().getTime())
    expect((await vault.catalog.read('call_1'))?.artifacts.recording?.state).toBe('stored')
  })

  it('leaves a call with a refused artifact to a person once the wait for the other is over', async () => {
    const vault = createVaultWithCall({ transcriptUrl: null })
    vault.sources.set(RECORDING_URL, new SourceAddressRefusedError('loopback'))
    vault.passHours(3)
    await vault.deliver()
    vault.passHours(80)

    expect(await vault.deliver('due')).toMatchObject({ kind: 'failed', revision: 2 })
  })
})
