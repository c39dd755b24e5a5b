import { describe, expect, it } from 'vitest'
import { ArchiveUnavailableError, ObjectKeyTakenError } from '#core/archive-errors'
import { UnclassifiedError } from '#core/errors'
import { addSeconds } from '#core/instants'
import { CallNotFoundError } from '#core/provider-errors'
import { SourceAddressRefusedError } from '#core/source-errors'
import { createVaultWithCall, RECORDING, RECORDING_URL, record, SETTINGS, TRANSCRIPT_URL } from '#test/support/vault'

const settings = async () => ({ ...SETTINGS, waits: { ...SETTINGS.waits, recheckAfterHours: 24 } })
const ORIGINAL = { body: 'Agent : Bonjour, ici la clinique.\n', contentType: 'text/plain; charset=utf-8' }
const CORRECTED = 'Agent : Bonjour, ici la clinique, en mieux.\n'

/** A complete call, archived a day ago. */
async function createVaultADayLater() {
  const vault = createVaultWithCall({}, { settings })
  await vault.deliver()
  const { next } = (await vault.catalog.read('call_1')) ?? {}
  vault.passHours(24)
  return { ...vault, planned: next }
}

const mediaOf = (vault: { keys(): string[] }) => vault.keys().filter((key) => key.startsWith('media/'))

describe('the one more look at a complete call', () => {
  it('is planned when it is archived, and comes a day later', async () => {
    const vault = await createVaultADayLater()

    expect(vault.planned).toEqual({ dueAt: vault.now(), reason: 'recheck' })
  })

  it('commits nothing of what is as it was, and is not repeated', async () => {
    const vault = await createVaultADayLater()

    const outcome = await vault.deliver('due')

    expect(outcome).toMatchObject({ kind: 'unchanged', revision: 1, errors: [] })
    expect(vault.keys()).toHaveLength(4)
    expect((await vault.catalog.read('call_1'))?.next).toBeUndefined()
  })

  it('is started by no event, however late it comes', async () => {
    const vault = await createVaultADayLater()

    expect((await vault.deliver('event')).kind).toBe('settled')
    expect(vault.provider.requests()).toHaveLength(1)
  })

  it('stores a transcript that changed as the next revision, and references the recording that did not', async () => {
    const vault = await createVaultADayLater()
    vault.sources.set(TRANSCRIPT_URL, { body: CORRECTED, contentType: 'text/plain' })

    const outcome = await vault.deliver('due')

    const [first, second] = vault.manifests()
    expect(outcome).toMatchObject({ kind: 'archived', revision: 2 })
    expect(second?.artifacts.find(({ name }) => name === 'recording')).toEqual(first?.artifacts.find(({ name }) => name === 'recording'))
    expect(mediaOf(vault).at(-1)).toMatch(/\/call_1\/2\/transcript\.txt$/)
    expect((await vault.catalog.read('call_1'))?.next).toBeUndefined()
  })

  it('never stores the same bytes again, though the server knows no validators', async () => {
    const vault = await createVaultADayLater()

    await vault.deliver('due')

    expect(mediaOf(vault)).toHaveLength(2)
    expect(vault.sources.opened()).toHaveLength(4)
  })

  it('never stores the same bytes again, though the server calls them changed', async () => {
    const vault = await createVaultADayLater()
    vault.sources.set(RECORDING_URL, { body: RECORDING, contentType: 'audio/wav', etag: '"another"' })

    const outcome = await vault.deliver('due')

    expect(outcome.kind).toBe('unchanged')
    expect(mediaOf(vault)).toHaveLength(2)
  })

  it.each([
    ['gone', { status: 404 }],
    ['refused', { status: 403 }],
  ])('keeps what is stored where its link is %s', async (_what, answer) => {
    const vault = await createVaultADayLater()
    vault.sources.set(RECORDING_URL, answer)

    expect(await vault.deliver('due')).toMatchObject({ kind: 'unchanged', errors: [] })
  })

  it('keeps what is stored where the link is null by now', async () => {
    const vault = await createVaultADayLater()
    vault.provider.setCall(record({ recordingUrl: null }))

    expect(await vault.deliver('due')).toMatchObject({ kind: 'unchanged', errors: [] })
  })

  it('keeps what is stored where an error page stands there now, and looks again', async () => {
    const vault = await createVaultADayLater()
    vault.sources.set(RECORDING_URL, { body: '<html>', contentType: 'audio/wav' })

    const outcome = await vault.deliver('due')

    expect(outcome).toMatchObject({ kind: 'unchanged', errors: [{ code: 'SOURCE_CONTENT_WRONG' }] })
    expect(await vault.catalog.read('call_1')).toMatchObject({
      state: 'archived',
      next: { dueAt: addSeconds(vault.now(), 30), reason: 'recheck' },
    })
  })

  it('is given up after the wait, and the call stays archived', async () => {
    const vault = await createVaultADayLater()
    vault.sources.set(RECORDING_URL, { body: '<html>', contentType: 'audio/wav' })
    await vault.deliver('due')
    vault.passHours(73)

    await vault.deliver('due')

    expect(await vault.catalog.read('call_1')).toMatchObject({ state: 'archived', lastErrorCode: 'SOURCE_CONTENT_WRONG' })
    expect((await vault.catalog.read('call_1'))?.next).toBeUndefined()
  })

  it('is given up where the provider no longer knows the call, and the call stays archived', async () => {
    const vault = await createVaultADayLater()
    vault.provider.failNext('call_1', new CallNotFoundError(), new CallNotFoundError())
    const first = await vault.deliver('due')
    vault.passHours(73)

    await vault.deliver('due')

    expect(first.kind).toBe('rescheduled')
    expect(await vault.catalog.read('call_1')).toMatchObject({ state: 'archived', lastErrorCode: 'CALL_NOT_FOUND' })
    expect((await vault.catalog.read('call_1'))?.next).toBeUndefined()
  })

  it('leaves the call to a person where its link leads to a refused address now', async () => {
    const vault = await createVaultADayLater()
    vault.sources.set(RECORDING_URL, new SourceAddressRefusedError('loopback'))

    expect(await vault.deliver('due')).toMatchObject({ kind: 'failed', revision: 1 })
  })

  it('follows an operator’s first archiving, and not an operator’s comparison', async () => {
    const vault = createVaultWithCall({}, { settings })
    await vault.deliver('operator')
    const planned = (await vault.catalog.read('call_1'))?.next

    await vault.deliver('operator')

    expect(planned).toMatchObject({ reason: 'recheck' })
    expect((await vault.catalog.read('call_1'))?.next).toBeUndefined()
  })

  it('is left to a person where it stored what was awaited, and could not commit it in time', async () => {
    const vault = createVaultWithCall({ recordingUrl: null })
    vault.passHours(3)
    await vault.deliver()
    vault.provider.setCall(record())
    const fault = { operation: 'put', moment: 'before', error: new ObjectKeyTakenError(), key: /^records/ } as const
    vault.archive.fail(fault)
    vault.archive.fail(fault)
    vault.passHours(1)
    await vault.deliver('operator')
    vault.passHours(73)

    const outcome = await vault.deliver('due')

    expect(outcome).toMatchObject({ kind: 'failed', errors: [{ code: 'OBJECT_KEY_TAKEN' }] })
    expect(await vault.catalog.read('call_1')).toMatchObject({ state: 'failed', artifacts: { recording: { state: 'stored' } } })
  })

  it('leaves in the row what is committed where it cannot commit what it found', async () => {
    const vault = createVaultWithCall()
    await vault.deliver()
    vault.provider.setCall(record({ userName: 'Zoé Gagnon' }))
    vault.archive.fail({ operation: 'put', moment: 'before', error: new ArchiveUnavailableError('hung up'), key: /^records/ })

    await vault.deliver('operator')

    expect((await vault.catalog.read('call_1'))?.fields.userName).toBe('Zoé Tremblay')
  })

  it('is left to a person where nobody could see whether its row is behind', async () => {
    const vault = createVaultWithCall()
    await vault.deliver()
    vault.passHours(1)
    const unknown = new UnclassifiedError('unexpected')
    vault.archive.fail({ operation: 'read', moment: 'before', error: unknown })
    vault.archive.fail({ operation: 'read', moment: 'before', error: unknown })
    await vault.deliver('operator')
    vault.passHours(73)

    expect(await vault.deliver('due')).toMatchObject({ kind: 'failed', revision: 1 })
  })

  it('goes on with what is committed where its own commit fails and the source changes back', async () => {
    const vault = await createVaultADayLater()
    vault.sources.set(
      TRANSCRIPT_URL,
      { body: CORRECTED, contentType: 'text/plain' },
      { body: CORRECTED, contentType: 'text/plain' },
      ORIGINAL,
    )
    vault.archive.fail({ operation: 'put', moment: 'before', error: new ArchiveUnavailableError('did not answer'), key: /^records/ })
    await vault.deliver('due')
    vault.passHours(0.6)

    const outcome = await vault.deliver('due')

    expect(outcome).toMatchObject({ kind: 'unchanged', revision: 1 })
    expect((await vault.catalog.read('call_1'))?.artifacts.transcript).toEqual(vault.manifests()[0]?.artifacts[1])
  })
})
