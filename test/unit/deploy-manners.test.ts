import { execFile } from 'node:child_process'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { whyNot } from '../../infra/deploy/refusal.ts'

const REPOSITORY = join(import.meta.dirname, '../..')
const CREDENTIALS = { AWS_ACCESS_KEY_ID: 'test', AWS_SECRET_ACCESS_KEY: 'test', AWS_MAX_ATTEMPTS: '1' }
/** Port 9 of loopback, where nobody listens. */
const NOWHERE = { AWS_ENDPOINT_URL: 'http://127.0.0.1:9' }
const SECRETS = ['settings', 'eventSources'].map(
  (name) => `--param=${name}SecretArn=arn:aws:secretsmanager:ca-central-1:123456789012:secret:${name}-AbCdEf`,
)

describe('npm run deploy and npm run remove, before anything is asked of an account', () => {
  let home: string
  beforeAll(async () => {
    home = await mkdtemp(join(tmpdir(), 'callvault-manners-'))
  })
  afterAll(() => rm(home, { recursive: true }))

  function run(command: 'deploy' | 'remove', args: readonly string[], environment: Readonly<Record<string, string>> = {}) {
    const env = { PATH: process.env.PATH, HOME: home, AWS_EC2_METADATA_DISABLED: 'true', ...environment }
    const program = join(REPOSITORY, `infra/deploy/${command}.ts`)
    return new Promise<{ code: number; stdout: string; stderr: string }>((resolve) =>
      execFile(process.execPath, [program, ...args], { env, cwd: REPOSITORY, timeout: 60_000 }, (error, stdout, stderr) =>
        resolve({ code: error === null ? 0 : Number(error.code ?? 1), stdout, stderr }),
      ),
    )
  }

  it.each(['--help', '-h'])('tells how to deploy, with every parameter and an example, at %s', async (option) => {
    const { code, stdout } = await run('deploy', [option])

    expect(code).toBe(0)
    for (const part of ['--stage', '--aws-profile', 'settingsSecretArn', 'coolMediaAfterDays', 'GOVERNANCE', 'Examples:', '-AbCdEf'])
      expect(stdout).toContain(part)
  })

  it.each(['--help', '-h'])('tells how to remove, and looks at no stack, at %s', async (option) => {
    const { code, stdout } = await run('remove', [option])

    expect(code).toBe(0)
    expect(stdout).toMatch(/--yes {2,}removes it.*Examples:/s)
  })

  it.each(['deploy', 'remove'] as const)('says where to read which options %s has', async (command) => {
    const { code, stderr } = await run(command, ['--bogus'])

    expect(code).toBe(1)
    expect(stderr).toMatch(/^Unknown option '--bogus'.*--help tells which options there are\.\n$/s)
  })

  it('says what to look at where AWS cannot be reached', { timeout: 60_000 }, async () => {
    const [deployed, removed] = await Promise.all([
      run('deploy', SECRETS, { ...CREDENTIALS, ...NOWHERE }),
      run('remove', [], { ...CREDENTIALS, ...NOWHERE }),
    ])

    expect(deployed).toMatchObject({
      code: 1,
      stderr: expect.stringMatching(/Nothing was created.*cannot be reached from here. Look at the network/s),
    })
    expect(removed).toMatchObject({
      code: 1,
      stderr: expect.stringMatching(/callvault-dev .*cannot be looked at: AWS cannot be reached from here/),
    })
  })

  it('says how to get credentials where there are none', { timeout: 60_000 }, async () => {
    const [deployed, removed] = await Promise.all([run('deploy', SECRETS, NOWHERE), run('remove', [], NOWHERE)])

    expect([deployed.code, removed.code]).toEqual([1, 1])
    for (const { stderr } of [deployed, removed])
      expect(stderr).toMatch(/no AWS credentials were found\. Set AWS_PROFILE or say --aws-profile/)
  })
})

describe('what AWS refuses', () => {
  it.each([
    [{ name: 'ExpiredTokenException' }, /have expired\. Sign in again/],
    [{ name: 'UnrecognizedClientException' }, /does not know the credentials/],
    [{ name: 'AccessDenied' }, /the credentials may not.*"Rights"/],
    [{ name: 'Error', code: 'ENOTFOUND' }, /Look at --region/],
    [{ errors: [{ code: 'ECONNREFUSED' }] }, /cannot be reached from here/],
    [{ name: 'ResourceNotFoundException' }, /list-secrets/],
    [{ name: 'InternalFailure', message: 'try again' }, /^InternalFailure: try again$/],
    [{}, /^no answer\.$/],
  ])('is a sentence with the next step: %o', (error, sentence) => {
    expect(whyNot(error)).toMatch(sentence)
  })
})
