import { describe, expect, it } from 'vitest'
import { ArchiveUnavailableError } from '#core/archive-errors'
import { CallNotFoundError } from '#core/provider-errors'
import { SourceUnavailableError } from '#core/source-errors'
import { createVault, createVaultWithCall, RECORDING, RECORDING_URL, record, TRANSCRIPT_URL } from '#test/support/vault'

const CORRECTED = 'Agent : Bonjour, ici la clinique, en mieux.\n'
const CLAIM = { callId: 'call_1', trigger: 'operator', leaseUntil: new Date('2026-03-03T15:00:00Z') } as const

describe('a comparison that an operator asks for', () => {
  it.each<[string, (vault: ReturnType<typeof createVaultWithCall>) => void]>([
    ['the archive', ({ archive }) => archive.fail({ operation: 'read', moment: 'before', error: new ArchiveUnavailableError('hung up') })],
    ['the provider', ({ provider }) => provider.failNext('call_1', new CallNotFoundError())],
    ['the recording’s server', ({ sources }) => sources.set(RECORDING_URL, new SourceUnavailableError('hung up'), { body: RECORDING })],
  ])('is made after all where %s did not answer first', async (_, arrange) => {
    const vault = createVaultWithCall()
    await vault.deliver()
    vault.sources.set(TRANSCRIPT_URL, new SourceUnavailableError('hung up'), { body: CORRECTED, contentType: 'text/plain' })
    arrange(vault)
    await vault.deliver('operator')
    vault.sources.set(TRANSCRIPT_URL, { body: CORRECTED, contentType: 'text/plain' })
    vault.passHours(0.1)

    expect(await vault.deliver('due')).toMatchObject({ kind: 'archived', revision: 2 })
  })

  it('is made after all where the row had to follow a manifest first', async () => {
    const vault = createVaultWithCall()
    await vault.deliver()
    const behind = await vault.catalog.read('call_1')
    vault.provider.setCall(record({ callSummary: 'Corrected.' }))
    await vault.deliver('operator')
    const standing = await vault.catalog.claim({ ...CLAIM, now: vault.now(), receivedAt: vault.now() })
    if (standing.kind === 'claimed' && behind !== undefined) await vault.catalog.write(standing.claim, behind)
    vault.sources.set(TRANSCRIPT_URL, { body: CORRECTED, contentType: 'text/plain' })

    const [followed, compared] = [await vault.deliver('operator'), await vault.deliver('due')]

    expect([followed, compared]).toMatchObject([
      { kind: 'caught-up', revision: 2 },
      { kind: 'archived', revision: 3 },
    ])
  })

  it('is made after all where the row was forgotten', async () => {
    const vault = createVaultWithCall()
    await vault.deliver()
    vault.sources.set(TRANSCRIPT_URL, { body: CORRECTED, contentType: 'text/plain' })
    const forgetful = createVault({ after: vault })
    const outcomes = []
    for (const trigger of ['operator', 'due', 'due'] as const) {
      outcomes.push((await forgetful.deliver(trigger)).kind)
      forgetful.passHours(0.1)
    }

    expect(outcomes).toEqual(['postponed', 'caught-up', 'archived'])
    expect(vault.manifests()).toHaveLength(2)
  })
})
