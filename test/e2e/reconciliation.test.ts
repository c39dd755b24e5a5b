import { afterAll, beforeAll, expect, it } from 'vitest'
import { describeLocally } from '../support/engines/describe-locally.ts'
import { eventually } from '../support/poll.ts'
import { type DeployedVault, startDeployedVault } from '../support/stack/deployed-vault.ts'
import { endedAgo } from '../support/stack/past-calls.ts'

const ORGANIZATION = 'org_clinic'
const DAY_MS = 86_400_000

/** A call of so long ago, of which nobody ever sent an event. */
const unannounced = (id: string, agoMs: number) => ({
  id,
  organizationId: ORGANIZATION,
  fields: endedAgo(agoMs),
})

describeLocally('the deployed stack, where no event arrives', () => {
  let vault: DeployedVault

  beforeAll(async () => {
    vault = await startDeployedVault({ organizationIds: [ORGANIZATION] })
    await vault.change(unannounced('call_recent', 2 * DAY_MS))
    await vault.change(unannounced('call_old', 60 * DAY_MS))
  })

  afterAll(() => vault?.stop())

  it('finds a recent call in the provider’s list, and archives it', async () => {
    await vault.functions.invoke('reconcile-calls')

    expect(await vault.archived('call_recent')).toMatchObject({ organizationId: ORGANIZATION, recordingState: 'stored' })
    expect(await vault.rows.get('call_old')).toBeUndefined()
  })

  it('has a report of the day, beside what is locked', async () => {
    const day = new Date(Date.now() - 2 * DAY_MS - 60_000).toISOString().slice(0, 10)

    const report = JSON.parse(
      await eventually('the report of the day', () => vault.objects.text(`reports/${ORGANIZATION}/${day}.json`).catch(() => undefined)),
    )

    expect(report).toMatchObject({ schema: 'callvault/gap-report/v1', organizationId: ORGANIZATION, day, calls: { listed: 1 } })
  })

  it('finds an old one once a backfill is ordered, and says what was ordered', async () => {
    const answer = await vault.functions.invoke('reconcile-calls', {
      task: 'backfill',
      from: new Date(Date.now() - 61 * DAY_MS).toISOString(),
      to: new Date(Date.now() - 59 * DAY_MS).toISOString(),
    })
    await vault.functions.invoke('reconcile-calls')

    expect(answer).toMatchObject({ ordered: [{ organizationId: ORGANIZATION }] })
    expect(await vault.archived('call_old')).toMatchObject({ state: 'archived' })
  })

  it('sends failed calls again, of which there are none', async () => {
    const answer = await vault.functions.invoke('reconcile-calls', { task: 'redrive', code: 'SOURCE_GONE' })

    expect(answer).toEqual({ found: 0, sent: 0, skipped: 0, refused: 0 })
  })
})
