import { join } from 'node:path'
import { beforeAll, describe, expect, it } from 'vitest'
import { problemsWith } from '../../infra/deploy/check-parameters.ts'
import { type DeclaredParameter, declaredParameters } from '../../infra/deploy/declared-parameters.ts'
import { readOptions } from '../../infra/deploy/options.ts'

const SECRETS = {
  settingsSecretArn: 'arn:aws:secretsmanager:ca-central-1:123456789012:secret:callvault/settings-AbCdEf',
  eventSourcesSecretArn: 'arn:aws:secretsmanager:ca-central-1:123456789012:secret:callvault/event-sources-AbCdEf',
}
const argsOf = (params: Record<string, string>) => Object.entries(params).map(([name, value]) => `--param=${name}=${value}`)

describe('the options of npm run deploy', () => {
  let declared: readonly DeclaredParameter[]
  const problemsOf = (params: Record<string, string>, ...args: string[]) =>
    problemsWith(readOptions([...argsOf(params), ...args], {}), declared)

  beforeAll(async () => {
    declared = await declaredParameters(join(import.meta.dirname, '../..'))
  })

  it('have a region, a stage, and a standard for all but the two secrets', () => {
    expect(readOptions([], {})).toMatchObject({ stage: 'dev', region: 'ca-central-1', params: {} })
    expect(declared.filter(({ standard }) => standard === undefined).map(({ name }) => name)).toEqual(Object.keys(SECRETS))
    expect(declared.find(({ name }) => name === 'retentionMode')).toMatchObject({ standard: 'GOVERNANCE' })
  })

  it('are read as osls reads them', () => {
    const options = readOptions(['-s', 'prod', '--region=eu-west-3', '--param', 'alarmEmail=a=b@example.org', '--aws-profile', 'ops'], {})

    expect(options).toMatchObject({ stage: 'prod', region: 'eu-west-3', params: { alarmEmail: 'a=b@example.org' } })
    expect(options.others).toEqual(['--aws-profile', 'ops'])
  })

  it('pass where nothing is wrong', () => {
    expect(problemsOf(SECRETS)).toEqual([])
    expect(problemsOf({ ...SECRETS, alarmEmail: 'ops@example.org', retentionMode: 'COMPLIANCE' }, '--stage=prod')).toEqual([])
    expect(problemsOf({ ...SECRETS, allowInsecureSources: 'true' }, '--stage=local')).toEqual([])
  })

  it('bring a sentence for each problem, all at once', () => {
    const problems = problemsOf(
      { settingsSecretArn: 'settings', retentionMode: 'FOREVER', alarmEmail: 'nobody', allowInsecureSources: 'true', retention: '7' },
      '--stage=Prod_1',
    )

    expect(problems).toEqual([
      expect.stringMatching(/^--stage "Prod_1" cannot be a part of names/),
      expect.stringMatching(/^--param "retention" is none that this stack has: they are .*retentionMode/),
      expect.stringMatching(/^--param "settingsSecretArn" is "settings", which does not match/),
      expect.stringMatching(/^--param "eventSourcesSecretArn" is missing/),
      expect.stringMatching(/^--param "retentionMode" is "FOREVER", and may be NONE, GOVERNANCE, COMPLIANCE/),
      expect.stringMatching(/^--param "alarmEmail" is not an address/),
      expect.stringMatching(/^--param "allowInsecureSources" is for the stage "local" alone/),
    ])
  })

  it('have the secrets in the region of the stack', () => {
    expect(problemsOf(SECRETS, '--region=eu-west-3')).toEqual([
      expect.stringMatching(/^--param "settingsSecretArn" is in ca-central-1, and the stack in eu-west-3/),
      expect.stringMatching(/^--param "eventSourcesSecretArn" is in ca-central-1/),
    ])
  })

  it('are looked at where CloudFormation is not asked', () => {
    expect(problemsOf({ ...SECRETS, auditTrail: 'yes', ephemeralStorageMiB: '100', coolMediaAfterDays: '9999' })).toEqual([
      expect.stringMatching(/^--param "coolMediaAfterDays" is "9999", and has to be a number from 0 to 3650/),
      expect.stringMatching(/^--param "ephemeralStorageMiB" is "100", and has to be from 512 to 10240/),
      expect.stringMatching(/^--param "auditTrail" is "yes", and may be true, false/),
    ])
  })

  it.each([['--parm=x'], ['--param=settingsSecretArn'], ['prod']])('are refused where they cannot be understood: %s', (arg) => {
    expect(() => readOptions([arg], {})).toThrow()
  })

  it.each([
    [
      'a cheaper class before S3 takes it',
      { coolMediaAfterDays: '10', coolStorageClass: 'STANDARD_IA' },
      /^--param "coolMediaAfterDays" is "10"/,
    ],
    [
      'a secret by a part of its ARN',
      { settingsSecretArn: SECRETS.settingsSecretArn.replace(/-AbCdEf$/, '') },
      /^--param "settingsSecretArn" is .*whole ARN/,
    ],
    [
      'every secret',
      { eventSourcesSecretArn: SECRETS.eventSourcesSecretArn.replace(/secret:.*/, 'secret:*') },
      /^--param "eventSourcesSecretArn" is/,
    ],
    ['a secret and more', { settingsSecretArn: `${SECRETS.settingsSecretArn}*` }, /^--param "settingsSecretArn" is/],
    ['nought in two letters', { eventSilenceHours: '00' }, /^--param "eventSilenceHours" is "00"/],
    ['a number with a nought before it', { ephemeralStorageMiB: '0512' }, /^--param "ephemeralStorageMiB" is "0512"/],
  ])('do not let %s through', (_what, params: Record<string, string>, problem) => {
    expect(problemsOf({ ...SECRETS, ...params })).toEqual([expect.stringMatching(problem)])
  })

  it('let the same through where nothing is wrong with it', () => {
    expect(problemsOf({ ...SECRETS, coolMediaAfterDays: '30', coolStorageClass: 'STANDARD_IA' })).toEqual([])
    expect(problemsOf({ ...SECRETS, coolMediaAfterDays: '10', coolStorageClass: 'GLACIER_IR' })).toEqual([])
    expect(problemsOf({ ...SECRETS, coolStorageClass: 'STANDARD_IA' })).toEqual([])
  })
})
