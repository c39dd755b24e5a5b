import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import type { RunCallvault } from '../support/callvault.ts'
import type { DeployedVault } from '../support/stack/deployed-vault.ts'

export interface ConfigPlace {
  readonly vault: DeployedVault
  /** For documents. */
  readonly folder: string
  /** The one organization of its settings. */
  readonly organizationId: string
}

export function describeConfig(run: RunCallvault, placeOf: () => ConfigPlace): void {
  describe('config', () => {
    it("finds the stack's documents in order, and that the provider takes its key", async () => {
      const ran = await run('config', 'check', '--json')

      expect(ran.exitCode).toBe(0)
      expect(ran.records()).toEqual([
        { type: 'check', subject: 'event sources', problems: [] },
        { type: 'check', subject: 'settings', problems: [] },
        { type: 'check', subject: `the provider's list of ${placeOf().organizationId}`, problems: [] },
      ])
    })

    it('writes two documents to begin with, over nothing, that are as they should be', async () => {
      const into = join(placeOf().folder, 'documents')
      const [settings, eventSources] = [join(into, 'settings.json'), join(into, 'event-sources.json')]

      const [first, second] = [await run('config', 'init', '--into', into, '--json'), await run('config', 'init', '--into', into)]
      const checked = await run('config', 'check', '--settings', settings, '--event-sources', eventSources, '--offline')

      expect(first.records()).toEqual([
        { type: 'file', path: settings },
        { type: 'file', path: eventSources },
      ])
      expect(second).toMatchObject({ exitCode: 2, stderr: expect.stringContaining('is there already') })
      expect(checked).toMatchObject({ exitCode: 0, stdout: 'event sources: ok\nsettings: ok\n' })
    })

    it('tells every problem of a document with its place, and no value', async () => {
      const file = join(placeOf().folder, 'wrong.json')
      await writeFile(
        file,
        JSON.stringify({ allomia: { baseUrl: placeOf().vault.simulator.url, apiKey: 'a-secret-key', organisationIds: [] } }),
      )

      const { exitCode, stdout } = await run('config', 'check', '--settings', file)

      expect(exitCode).toBe(3)
      expect(stdout).toContain('allomia.organisationIds is not a setting: is it misspelt?')
      expect(stdout).toContain('retention is missing')
      expect(stdout).not.toContain('a-secret-key')
    })
  })
}
