import { describe, expect, it } from 'vitest'
import { ArchiveUnavailableError } from '#core/archive-errors'
import { newRow } from '#core/call-row'
import { ConfigurationError, SettingsUnavailableError } from '#core/errors'
import { createVaultWithCall, record, SETTINGS } from '#test/support/vault'

const lost = new ArchiveUnavailableError('did not answer')

describe('crashes and late owners', () => {
  it('does not copy again what was stored before the commit failed', async () => {
    const vault = createVaultWithCall()
    vault.archive.fail({ operation: 'put', moment: 'before', error: lost, key: /^manifests/ })
    const first = await vault.deliver()
    vault.passHours(0.1)

    const second = await vault.deliver('due')

    expect(first).toMatchObject({ kind: 'rescheduled', errors: [{ code: 'ARCHIVE_UNAVAILABLE' }] })
    expect(second).toMatchObject({ kind: 'archived', revision: 1 })
    expect(vault.keys().filter((key) => key.startsWith('media/'))).toHaveLength(2)
    expect(vault.sources.opened()).toHaveLength(2)
  })

  it('adopts the manifest whose answer was lost', async () => {
    const vault = createVaultWithCall()
    vault.archive.fail({ operation: 'put', moment: 'after', error: lost, key: /^manifests/ })
    await vault.deliver()
    vault.passHours(0.1)

    const outcome = await vault.deliver('due')

    expect(outcome).toMatchObject({ kind: 'archived', revision: 1 })
    expect(vault.manifests()).toHaveLength(1)
    expect((await vault.catalog.read('call_1'))?.committed?.archivedAt.toISOString()).toBe(vault.manifests()[0]?.archivedAt)
  })

  it('changes nothing as a late owner', async () => {
    const vault = createVaultWithCall()
    const { claim } = vault.catalog
    vault.catalog.claim = async (request) => {
      const claimed = await claim(request)
      await claim({ ...request, now: new Date(request.leaseUntil.getTime() + 1) })
      return claimed
    }

    const outcome = await vault.deliver()

    expect(outcome.kind).toBe('superseded')
    expect(await vault.catalog.read('call_1')).toMatchObject({ state: 'pending' })
  })

  it('finds its way back when the catalog forgot the call', async () => {
    const vault = createVaultWithCall()
    await vault.deliver()
    const forgetful = createVaultWithCall()
    for (const { key, body, mediaType } of vault.archive.objects()) {
      const retention = { mode: 'GOVERNANCE' as const, retainUntil: new Date('2036-03-01'), policy: 'ten-years' }
      await forgetful.archive.put(key, { bytes: body.length, body }, { mediaType, retention, signal: AbortSignal.timeout(1_000) })
    }

    const outcome = await forgetful.deliver('reconcile')

    expect(outcome).toMatchObject({ kind: 'archived', revision: 1 })
    expect(forgetful.keys()).toHaveLength(4)
  })

  it('takes the newest manifest where its row is behind, and looks at once more', async () => {
    const vault = createVaultWithCall()
    await vault.deliver()
    const behind = await vault.catalog.read('call_1')
    vault.provider.setCall(record({ callSummary: 'Corrected.' }))
    await vault.deliver('operator')
    const { claim } = vault.catalog
    vault.catalog.claim = async (request) => {
      const claimed = await claim(request)
      return claimed.kind === 'claimed'
        ? { ...claimed, claim: { ...claimed.claim, row: behind ?? newRow('call_1', vault.now()) } }
        : claimed
    }

    const outcome = await vault.deliver('operator')

    expect(outcome).toMatchObject({ kind: 'caught-up', revision: 2 })
    expect((await vault.catalog.read('call_1'))?.next).toEqual({ dueAt: vault.now(), reason: 'settle' })
  })

  it('does not build on another content that stands at its revision', async () => {
    const vault = createVaultWithCall()
    vault.archive.fail({ operation: 'put', moment: 'after', error: lost, key: /^manifests/ })
    await vault.deliver()
    vault.provider.setCall(record({ callSummary: 'Changed before anyone knew.' }))
    vault.passHours(0.1)

    const overtaken = await vault.deliver('due')
    const fresh = await vault.deliver('due')

    expect(overtaken).toMatchObject({ kind: 'caught-up', revision: 1 })
    expect(fresh).toMatchObject({ kind: 'archived', revision: 2 })
    expect(vault.manifests().map(({ revision }) => revision)).toEqual([1, 2])
  })

  it('never gives a call up because the settings cannot be read', async () => {
    const vault = createVaultWithCall({}, { settings: () => Promise.reject(new SettingsUnavailableError('a secret')) })

    const outcome = await vault.deliver()

    expect(outcome).toMatchObject({ kind: 'rescheduled', errors: [{ code: 'SETTINGS_UNAVAILABLE' }] })
  })

  it('waits for wrong settings to be mended, and leaves no call to a person for them', async () => {
    const vault = createVaultWithCall({}, { settings: () => Promise.reject(new ConfigurationError('settings', ['x is missing'])) })

    const outcome = await vault.deliver()

    expect(outcome).toMatchObject({ kind: 'rescheduled', errors: [{ code: 'CONFIGURATION_INVALID', alarmed: true }] })
    expect(await vault.catalog.read('call_1')).toMatchObject({ state: 'pending', failures: 0 })
  })

  it('extends the locks of what an earlier revision stored', async () => {
    let days = 30
    const settings = async () => ({ ...SETTINGS, retention: { ...SETTINGS.retention, default: { days, policy: 'longer' } } })
    const vault = createVaultWithCall({}, { settings })
    await vault.deliver()
    days = 3_650
    vault.provider.setCall(record({ callSummary: 'Corrected.' }))

    await vault.deliver('operator')

    const media = vault.archive.objects().filter(({ key }) => key.startsWith('media/'))
    expect(media.map(({ lock }) => lock?.retainUntil.toISOString())).toEqual(['2036-03-01T00:00:00.000Z', '2036-03-01T00:00:00.000Z'])
  })

  it('writes a place down before it commits there, where the call’s start is not known', async () => {
    const vault = createVaultWithCall({ callStartedAt: null, createdAt: '2026-03-02T23:59:00Z' })
    const first = await vault.deliver()
    vault.archive.fail({ operation: 'put', moment: 'after', error: lost, key: /^manifests/ })
    await vault.deliver('due')
    vault.provider.setCall(record({ createdAt: '2026-03-02T23:59:00Z' }))
    vault.passHours(0.1)

    await vault.deliver('due')

    expect(first.kind).toBe('postponed')
    expect(vault.manifests().map(({ revision }) => revision)).toEqual([1])
    expect(vault.keys().filter((key) => !key.includes('/day=02/'))).toEqual([])
  })

  it('locks what it adopts for as long as it promises now', async () => {
    const vault = createVaultWithCall()
    await vault.deliver()
    const forgetful = createVaultWithCall()
    for (const { key, body, mediaType } of vault.archive.objects().filter(({ key }) => !key.startsWith('manifests/'))) {
      const retention = { mode: 'GOVERNANCE' as const, retainUntil: new Date('2026-03-05'), policy: 'of-old' }
      await forgetful.archive.put(key, { bytes: body.length, body }, { mediaType, retention, signal: AbortSignal.timeout(1_000) })
    }

    await forgetful.deliver('reconcile')

    const locks = forgetful.archive.objects().map(({ lock }) => lock?.retainUntil.toISOString())
    expect(locks).toEqual(locks.map(() => '2036-03-01T00:00:00.000Z'))
    expect(locks).toHaveLength(4)
  })
})
