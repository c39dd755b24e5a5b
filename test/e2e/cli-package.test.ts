import { execFile } from 'node:child_process'
import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { afterAll, beforeAll, expect, it } from 'vitest'
import packageJson from '../../package.json' with { type: 'json' }
import { describeLocally } from '../support/engines/describe-locally.ts'
import { type DeployedVault, startDeployedVault } from '../support/stack/deployed-vault.ts'

const ROOT = join(import.meta.dirname, '../..')
const PACKING_MS = 120_000
const execute = promisify(execFile)
const asFailure = ({ code, stderr }: { code: number; stderr: string }) => ({ code, stderr })
const withoutFailure = ({ stderr }: { stderr: string }) => ({ code: 0, stderr })

describeLocally('the npm package', () => {
  let folder: string
  let vault: DeployedVault
  /** As a shell runs the installed command, from a folder. */
  const run = (args: string[], cwd = folder) =>
    execute(join(folder, 'node_modules/.bin/callvault'), args, { cwd, env: { PATH: process.env.PATH, HOME: folder }, timeout: 60_000 })

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'callvault-package-'))
    // Nothing of this machine's npm may help: an empty cache, and nobody to ask.
    const npm = { cwd: folder, env: { PATH: process.env.PATH, HOME: folder, npm_config_update_notifier: 'false' }, timeout: PACKING_MS }
    await execute('npm', ['pack', '--pack-destination', folder], { ...npm, cwd: ROOT })
    await execute('npm', ['install', '--offline', '--prefix', folder, `./callvault-${packageJson.version}.tgz`], npm)
    vault = await startDeployedVault({ organizationIds: ['org_clinic'] })
  }, 2 * PACKING_MS)

  afterAll(async () => {
    await vault?.stop()
    await rm(folder, { recursive: true, force: true })
  })

  it('has no source, test or dependency in it, and the licences of what it bundles', async () => {
    const installed = join(folder, 'node_modules/callvault')
    const files = await readdir(installed, { recursive: true })

    expect((await readdir(join(folder, 'node_modules'))).filter((name) => !name.startsWith('.'))).toEqual(['callvault'])
    expect(files.filter((file) => /\.ts$|^(src|test|infra|functions)/.test(file))).toEqual([])
    expect(await readFile(join(installed, 'dist/LICENSES.txt'), 'utf8')).toMatch(/commander 15[\s\S]*Permission is hereby granted/)
  })

  it('runs, and knows its version and its help', async () => {
    const [version, help] = [await run(['--version']), await run(['verify', '--help'])]

    expect(version).toEqual({ stdout: `${packageJson.version}\n`, stderr: '' })
    expect(help.stdout).toMatch(/^Examples:\n {2}\$ callvault verify /)
  })

  it('asks the local cloud of a checkout in whose folder it is run', async () => {
    const { stdout } = await run(['status', '--local', '--json'], ROOT).catch((error: { stdout: string }) => error)

    expect(JSON.parse(stdout)).toMatchObject({ type: 'status', organizations: [{ organizationId: 'org_clinic' }] })
  })

  it('brings what it reads beside itself: the error table and the example documents', async () => {
    await run(['config', 'init', '--into', 'documents'])
    const { code, stderr } = await run(['status']).then(withoutFailure, asFailure)

    expect(await readdir(join(folder, 'documents'))).toEqual(['event-sources.json', 'settings.json'])
    expect({ code, stderr }).toEqual({ code: 2, stderr: expect.stringMatching(/\(AWS_IDENTITY_MISSING\)\nnext: {2}Name them/) })
  })

  it('says in engines and in a sentence which Node it needs', async () => {
    const command = join(folder, 'node_modules/callvault/cli/callvault.cjs')
    const older = `Object.defineProperty(process, 'versions', { value: { node: '22.12.0' } }); require('${command}')`
    const { code, stderr } = await execute(process.execPath, ['-e', older]).then(withoutFailure, asFailure)

    expect(packageJson.engines.node).toBe('>=24')
    expect({ code, stderr }).toEqual({
      code: 1,
      stderr: 'callvault runs on Node 24 or later, and this is Node 22.12.0: install a newer one.\n',
    })
  })
})
