import { describe, expect, it, onTestFinished } from 'vitest'
import type { RunCallvault } from '../support/callvault.ts'
import { eventually } from '../support/poll.ts'
import type { DeployedVault } from '../support/stack/deployed-vault.ts'
import type { Row } from '../support/stack/rows.ts'

/** On a vault that has archived four calls, `call_zoe` among them. Changes that one's row in the end. */
export function describeRebuildCatalog(run: RunCallvault, vaultOf: () => DeployedVault): void {
  describe('rebuild-catalog', () => {
    /** All that the bucket can know: not the waiting, the fence of the row, or when the call was first heard of. */
    const knowable = ({ dueAt, dueShard, reason, fence, firstSeenAt, ...row }: Row): object => row
    const counts = { created: 0, equal: 0, underway: 0, outdated: 0, differs: 0, unreadable: 0 }

    it('finds the rows equal to what the bucket says', async () => {
      const ran = await run('rebuild-catalog', '--dry-run', '--json')

      expect(ran.exitCode).toBe(0)
      expect(ran.records()).toEqual([{ type: 'summary', isDryRun: true, ...counts, equal: 4 }])
    })

    it('does nothing unless that is said', async () => {
      const { exitCode, stderr } = await run('rebuild-catalog')

      expect(exitCode).toBe(2)
      expect(stderr).toMatch(/^error: this writes the rows that .* lacks: say --yes, or --dry-run/)
    })

    it('restores a wiped table, row for row', async () => {
      // Else reconciliation, each minute, brings calls back by itself.
      await run('pause', '--yes')
      onTestFinished(async () => void (await run('resume')))
      await eventually('a paused consumer', async () =>
        (await run('status', '--json')).stdout.includes('"consumer":"paused"') ? true : undefined,
      )
      const before = await vaultOf().rows.all()
      await vaultOf().rows.wipe()

      const rehearsed = await run('rebuild-catalog', '--dry-run', '--json')
      const emptyStill = await vaultOf().rows.all()
      const ran = await run('rebuild-catalog', '--yes', '--json')
      const after = await vaultOf().rows.all()

      expect(rehearsed.records().at(-1)).toEqual({ type: 'summary', isDryRun: true, ...counts, created: 4 })
      expect(emptyStill).toEqual([])
      expect(ran.exitCode).toBe(0)
      expect(ran.records().at(-1)).toEqual({ type: 'summary', isDryRun: false, ...counts, created: 4 })
      expect(after.map(knowable)).toEqual(before.map(knowable))
    })

    it('leaves a row to a person that says something else of the same revision', async () => {
      await vaultOf().rows.change('call_zoe', 'agentName', 'Somebody else')

      const ran = await run('rebuild-catalog', '--yes', '--json')

      expect(ran.exitCode).toBe(3)
      expect(ran.records()[0]).toMatchObject({ callId: 'call_zoe', outcome: 'differs', detail: 'agentName' })
      expect(await vaultOf().rows.get('call_zoe')).toMatchObject({ agentName: 'Somebody else' })
    })
  })
}
