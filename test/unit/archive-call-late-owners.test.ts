import { describe, expect, it } from 'vitest'
import { CatalogUnavailableError } from '#core/queue-errors'
import { createVault, createVaultWithCall, record } from '#test/support/vault'

type Vault = ReturnType<typeof createVaultWithCall>

/** What happens while the next owner that commits stands still before its manifest. */
function beforeManifest(vault: Vault, happen: () => Promise<void>): void {
  const { put } = vault.archive
  vault.archive.put = async (key, content, options) => {
    if (key.startsWith('manifests/')) {
      vault.archive.put = put
      await happen()
    }
    return put(key, content, options)
  }
}

/** An owner that saw a name that was taken back since, and commits it after the next owner found nothing new. */
async function lateCommit(vault: Vault) {
  await vault.deliver()
  vault.provider.setCall(record({ userName: 'Zoé Gagnon' }))
  beforeManifest(vault, async () => {
    vault.provider.setCall(record())
    vault.passHours(1)
    await vault.deliver('operator')
  })
  return await vault.deliver('operator')
}

describe('an owner that commits after its lease', () => {
  it('makes the row due, which knows nothing of its manifest', async () => {
    const vault = createVaultWithCall()

    const late = await lateCommit(vault)

    expect(late.kind).toBe('superseded')
    expect(vault.manifests()).toHaveLength(2)
    expect(await vault.catalog.read('call_1')).toMatchObject({ committed: { revision: 1 }, next: { dueAt: vault.now(), reason: 'settle' } })
  })

  it('is followed by whoever comes next, and set right by a fresh fetch', async () => {
    const vault = createVaultWithCall()
    await lateCommit(vault)

    const [followed, righted] = [await vault.deliver('due'), await vault.deliver('due')]

    expect([followed, righted]).toMatchObject([
      { kind: 'caught-up', revision: 2 },
      { kind: 'archived', revision: 3 },
    ])
    const [first, second, third] = vault.manifests()
    expect(third?.contentSha256).toBe(first?.contentSha256)
    expect(second?.contentSha256).not.toBe(first?.contentSha256)
  })

  it('shuts out an owner at work, who looked before there was anything to see', async () => {
    const vault = createVaultWithCall()
    await vault.deliver()
    vault.provider.setCall(record({ userName: 'Zoé Gagnon' }))
    const { claim } = vault.catalog
    beforeManifest(vault, async () => {
      vault.passHours(1)
      await claim({ callId: 'call_1', trigger: 'operator', receivedAt: vault.now(), now: vault.now(), leaseUntil: new Date('2026-03-04') })
    })

    await vault.deliver('operator')

    expect((await vault.deliver('due')).kind).toBe('caught-up')
  })

  it('makes the row due though its own write of it fails', async () => {
    const vault = createVaultWithCall()
    await vault.deliver()
    vault.provider.setCall(record({ userName: 'Zoé Gagnon' }))
    const { write } = vault.catalog
    beforeManifest(vault, async () => {
      vault.provider.setCall(record())
      vault.passHours(1)
      await vault.deliver('operator')
      vault.catalog.write = async () => {
        vault.catalog.write = write
        throw new CatalogUnavailableError()
      }
    })

    await expect(vault.deliver('operator')).rejects.toBeInstanceOf(CatalogUnavailableError)

    expect((await vault.catalog.read('call_1'))?.next).toEqual({ dueAt: vault.now(), reason: 'settle' })
  })

  it('does not begin a manifest once its lease is over', async () => {
    const vault = createVaultWithCall()
    const { put } = vault.archive
    vault.archive.put = async (key, ...rest) => {
      const result = await put(key, ...rest)
      if (key.startsWith('records/')) vault.passHours(1)
      return result
    }

    const outcome = await vault.deliver()

    expect(outcome).toMatchObject({ kind: 'rescheduled', errors: [{ code: 'DEADLINE_REACHED' }] })
    expect(vault.manifests()).toEqual([])
  })

  it('does not make a row due where it committed nothing', async () => {
    const vault = createVaultWithCall()
    await vault.deliver()
    const { getCall } = vault.provider
    vault.provider.getCall = async (...asked) => {
      vault.provider.getCall = getCall
      vault.passHours(1)
      await vault.deliver('operator')
      return getCall(...asked)
    }

    const late = await vault.deliver('operator')

    expect(late.kind).toBe('superseded')
    expect((await vault.catalog.read('call_1'))?.next).toBeUndefined()
  })
})

describe('a call that was filed before its start was known', () => {
  const CREATED_A_DAY_LATER = { createdAt: '2026-03-04T00:01:00Z' }

  it('is found where it stands, though its row was forgotten', async () => {
    const vault = createVaultWithCall({ ...CREATED_A_DAY_LATER, callStartedAt: null })
    await vault.deliver()
    await vault.deliver('due')
    vault.provider.setCall(record(CREATED_A_DAY_LATER))
    const forgetful = createVault({ after: vault })

    const followed = await forgetful.deliver('reconcile')
    await forgetful.deliver('due') // its record's key is one of the former life, which wrote another record there
    forgetful.passHours(0.1)
    const next = await forgetful.deliver('due')

    expect([followed, next]).toMatchObject([
      { kind: 'caught-up', revision: 1 },
      { kind: 'archived', revision: 2 },
    ])
    expect(forgetful.keys().filter((key) => !key.includes('/day=04/'))).toEqual([])
  })

  it('is not committed in a second place by an owner that froze before the first was written down', async () => {
    const vault = createVaultWithCall({ ...CREATED_A_DAY_LATER, callStartedAt: null })
    const { getCall } = vault.provider
    vault.provider.getCall = async (...asked) => {
      vault.provider.getCall = getCall
      vault.passHours(1)
      await vault.deliver()
      vault.provider.setCall(record(CREATED_A_DAY_LATER))
      return getCall(...asked)
    }

    const late = await vault.deliver()
    const next = await vault.deliver('due')

    expect([late.kind, next.kind]).toEqual(['superseded', 'archived'])
    expect(vault.manifests()).toHaveLength(1)
    expect(vault.keys().filter((key) => key.startsWith('manifests/'))).toEqual([expect.stringContaining('/day=04/')])
  })

  it('stands in one place though no time of it can be read, however often it is forgotten', async () => {
    const unreadable = { callStartedAt: '2026-03-03T14:20:15', createdAt: '2026-03-03T14:23:45', callEndedAt: '2026-03-03T14:23:15' }
    const vault = createVaultWithCall(unreadable)
    await vault.deliver()
    await vault.deliver('due')
    vault.passHours(24)
    const forgetful = createVault({ after: vault })
    await forgetful.deliver('reconcile')
    await forgetful.deliver('due')

    expect(vault.keys().filter((key) => key.endsWith('.r1.json'))).toEqual([expect.stringContaining('/year=1970/month=01/day=01/')])
  })

  it('is committed at once where it can have no other place', async () => {
    const vault = createVaultWithCall()

    expect(await vault.deliver()).toMatchObject({ kind: 'archived', revision: 1 })
  })
})
