import { afterAll, beforeAll, expect, it } from 'vitest'
import { describeLocally } from '../support/engines/describe-locally.ts'
import { eventually } from '../support/poll.ts'
import { type DeployedVault, startDeployedVault } from '../support/stack/deployed-vault.ts'
import { createSettingsSecret } from '../support/stack/settings-secret.ts'

const ORGANIZATION = 'org_clinic'

describeLocally('the deployed stack, with an API key that was withdrawn', () => {
  let vault: DeployedVault

  beforeAll(async () => {
    vault = await startDeployedVault({ organizationIds: [ORGANIZATION], apiKeys: { default: 'key-that-was-withdrawn' } })
  })

  afterAll(() => vault?.stop())

  it('keeps a call pending, and archives it once the secret has another', async () => {
    const call = { id: 'call_kept', organizationId: ORGANIZATION }
    const secret = createSettingsSecret(vault.engine)
    await vault.letHappen(call)
    const pending = await vault.failedWith(call.id, 'PROVIDER_UNAUTHORIZED')
    const objectsWhilePending = await vault.objects.ofCall(call.id)
    await secret.setTenantKey(vault.tenantKey)
    secret.close()

    // A process reads the secret again at most every 10 s. Until then the old key is refused, and after five times not asked with.
    const row = await eventually('the call to be archived with the new key', async () => {
      await vault.retry(call.id)
      const seen = await vault.rows.get(call.id)
      return seen?.state === 'archived' ? seen : undefined
    })

    expect(pending).toMatchObject({ state: 'pending', dueAt: expect.any(String) })
    expect(objectsWhilePending).toEqual([])
    expect(row).toMatchObject({ organizationId: ORGANIZATION, recordingState: 'stored' })
  })
})
