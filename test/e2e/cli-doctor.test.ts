import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { SUBJECTS } from '#core/doctor/finding'
import { CALLVAULT, callvault, type Ran } from '../support/callvault.ts'
import { describeLocally } from '../support/engines/describe-locally.ts'
import { eventually } from '../support/poll.ts'
import { startRefusingProxy } from '../support/refusing-proxy.ts'
import { type Account, createAccount } from '../support/stack/account.ts'
import { type DeployedVault, startDeployedVault } from '../support/stack/deployed-vault.ts'

const ORGANIZATION = 'org_clinic'
const call = (id: string) => ({ id, organizationId: ORGANIZATION })
const doctor = (...args: string[]) => callvault(['doctor', '--local', ...args])
const wrongIn = ({ records }: Ran) => records().filter(({ type, verdict }) => type === 'finding' && verdict !== 'ok')

/** What is changed by hand, and what the doctor says of it: the subject, the sentence, what to do. */
const BREAKS: readonly [keyof Omit<Account, 'deleteAlarm' | 'deleteFunction' | 'close'>, string, RegExp, RegExp][] = [
  ['policy', 'bucket-policy', /has no policy/, /"Putting back what was changed"/],
  ['foreigner', 'bucket-policy', /allows something to arn:aws:iam::999999999999:root/, /"Putting back what was changed"/],
  ['lifecycle', 'lifecycle', /tidy lets what is archived expire/, /"Putting back what was changed"/],
  ['notifications', 'notifications', /EventBridge does not hear/, /put-bucket-notification-configuration/],
  ['concurrency', 'functions', /callvault-local-archive-call may not run/, /delete-function-concurrency/],
  ['environment', 'functions', /callvault-local-archive-call has another ARCHIVE_BUCKET/, /"Putting back what was changed"/],
  ['alarmThreshold', 'alarm-terms', /DeadLettersAlarm-\w+ has 1000000000 for its Threshold, and the stack's template 0/, /"Putting back/],
  ['versioning', 'versioning', /is suspended/, /put-bucket-versioning/],
  ['publicAccess', 'public-access', /are off/, /put-public-access-block/],
  ['encryption', 'encryption', /encrypts with AES256/, /"Putting back what was changed"/],
  ['recovery', 'table-recovery', /cannot be restored/, /update-continuous-backups/],
  ['protection', 'table', /can be deleted/, /--deletion-protection-enabled/],
  ['visibility', 'call-queue', /come back after 30 s/, /"Putting back what was changed"/],
  ['alarmActions', 'alarms', /HaltAlarm-\w+ tells nobody/, /enable-alarm-actions --alarm-names callvault-local-HaltAlarm/],
  ['schedule', 'schedule', /is off/, /enable-rule --name .*"The schedule stands still"/],
  ['apiKey', 'api-key', /does not read the list of org_clinic/, /Put a valid API key into the settings/],
]

describeLocally('callvault doctor, on a deployed stack', () => {
  let vault: DeployedVault
  let account: Account

  beforeAll(async () => {
    vault = await startDeployedVault({ organizationIds: [ORGANIZATION] })
    account = await createAccount(vault)
  })

  afterAll(async () => {
    account?.close()
    await vault?.stop()
  })

  it('says of a stack without a call what is left to see, and how', async () => {
    const ran = await doctor('--json')

    expect(ran.exitCode).toBe(4)
    expect(wrongIn(ran)).toMatchObject([{ subject: 'newest-call', verdict: 'unknown', next: expect.stringMatching(/--canary/) }])
  })

  it('wants --yes before it archives anything', async () => {
    const { exitCode, stdout, stderr } = await doctor('--canary', 'call_canary')

    expect({ exitCode, stdout }).toEqual({ exitCode: 2, stdout: '' })
    expect(stderr).toMatch(/^error: this has call_canary fetched from the provider and archived in callvault-local.*say --yes/)
  })

  it('archives a canary, and reads every byte that came of it', async () => {
    await vault.change(call('call_canary'))

    const ran = await doctor('--canary', 'call_canary', '--yes', '--json')

    expect(ran).toMatchObject({ exitCode: 0, stderr: expect.stringMatching(/call_canary is sent to the queue\n.*archived, revision 1/s) })
    expect(ran.records().slice(-3)).toEqual([
      {
        type: 'finding',
        subject: 'canary',
        verdict: 'ok',
        sentence: expect.stringMatching(/^call_canary, revision 1: 4 objects, \d{5,} bytes read/),
      },
      { type: 'finding', subject: 'newest-call', verdict: 'ok', sentence: expect.stringMatching(/^call_canary, revision 1/) },
      { type: 'summary', ok: SUBJECTS.length, problem: 0, unknown: 0 },
    ])
    expect(await vault.archived('call_canary')).toMatchObject({ recordingState: 'stored' })
  })

  it('archives no second revision of the same canary', async () => {
    const ran = await doctor('--canary', 'call_canary', '--yes', '--quiet')

    expect(ran).toMatchObject({ exitCode: 0, stderr: '' })
    expect(await vault.objects.manifestsOf('call_canary')).toHaveLength(1)
  })

  it('says why a canary is not archived', async () => {
    const ran = await doctor('--canary', 'call_of_nobody', '--yes', '--json')

    expect(ran.exitCode).toBe(3)
    expect(wrongIn(ran)).toMatchObject([
      { subject: 'canary', verdict: 'problem', code: 'CALL_NOT_FOUND', next: expect.stringMatching(/check the id/) },
    ])
  })

  it('finds nothing wrong, and tells it in the documented order', async () => {
    const ran = await doctor('--json')

    expect({ exitCode: ran.exitCode, wrong: wrongIn(ran) }).toEqual({ exitCode: 0, wrong: [] })
    expect(ran.records().map(({ subject = 'summary' }) => subject)).toEqual([
      ...SUBJECTS.filter((subject) => subject !== 'canary'),
      'summary',
    ])
  })

  it('tells people in lines, without colours where nobody sees them', async () => {
    const { stdout } = await doctor()

    expect(stdout).toMatch(/^ok {7}region {13}everything is in ca-central-1, the stack's own\nok {7}object-lock/)
    expect(stdout).toMatch(
      /\nok {7}newest-call {8}call_canary, revision 1: 4 objects .* locked in GOVERNANCE mode until \d{4}-\d\d-\d\d\n\nall is as it should be, 26 ok\n$/,
    )
  })

  it.each(BREAKS)('finds what was changed: %s', async (what, subject, sentence, next) => {
    const { spoil, mend } = account[what]
    await spoil()
    const spoilt = await doctor('--json').finally(mend)
    const mended = await doctor('--json')

    expect(wrongIn(spoilt)).toEqual([
      expect.objectContaining({
        subject,
        verdict: 'problem',
        sentence: expect.stringMatching(sentence),
        next: expect.stringMatching(next),
      }),
    ])
    expect({ spoilt: spoilt.exitCode, mended: mended.exitCode }).toEqual({ spoilt: 3, mended: 0 })
  })

  it('finds what is outside of the regions that are allowed', async () => {
    const [elsewhere, here] = [
      await doctor('--json', '--allow-region', 'ca-west-1'),
      await doctor('--allow-region', 'ca-west-1', 'ca-central-1'),
    ]

    expect({ elsewhere: elsewhere.exitCode, here: here.exitCode }).toEqual({ elsewhere: 3, here: 0 })
    expect(wrongIn(elsewhere)).toContainEqual(
      expect.objectContaining({ subject: 'region', sentence: 'the bucket is in ca-central-1, not in ca-west-1' }),
    )
  })

  it('names the permission of what it may not look at, and looks at the rest', async () => {
    const proxy = await startRefusingProxy(vault.engine.s3Endpoint, (operation) =>
      /\?policy|DescribeContinuousBackups|DescribeAlarms|GetTopicAttributes|\?lifecycle|\/concurrency/.test(operation),
    )
    const env = { AWS_ACCESS_KEY_ID: vault.engine.accessKeyId, AWS_SECRET_ACCESS_KEY: vault.engine.secretAccessKey }
    const place = ['--stage', 'local', '--region', vault.engine.region, '--endpoint-url', proxy.url]

    const ran = await callvault(['doctor', ...place, '--json'], env).finally(proxy.close)

    expect(wrongIn(ran).map(({ subject, verdict, sentence }) => [subject, verdict, sentence])).toEqual([
      ['bucket-policy', 'unknown', expect.stringMatching(/^AWS refused to look at the bucket's policy, which takes s3:GetBucketPolicy/)],
      ['lifecycle', 'unknown', expect.stringMatching(/which takes s3:GetLifecycleConfiguration/)],
      ['table-recovery', 'unknown', expect.stringMatching(/which takes dynamodb:DescribeContinuousBackups/)],
      ['functions', 'unknown', expect.stringMatching(/which takes lambda:GetFunctionConcurrency/)],
      ['alarms', 'unknown', expect.stringMatching(/which takes cloudwatch:DescribeAlarms/)],
      ['alarm-terms', 'unknown', expect.stringMatching(/which takes cloudwatch:DescribeAlarms/)],
    ])
    expect(ran.exitCode).toBe(4)
  })

  describe('while archive-call is paused', () => {
    beforeAll(async () => {
      await callvault(['pause', '--yes', '--local'])
    })

    it('finds that, and says how to go on', async () => {
      const ran = await eventually('a paused consumer', async () => {
        const seen = await doctor('--json')
        return wrongIn(seen).some(({ verdict }) => verdict === 'unknown') ? undefined : seen
      })

      expect(ran.exitCode).toBe(3)
      expect(wrongIn(ran)).toMatchObject([{ subject: 'consumer', verdict: 'problem', next: expect.stringMatching(/^callvault resume/) }])
    })

    it('stops waiting for a canary when it is interrupted', async () => {
      const child = spawn(process.execPath, [CALLVAULT, 'doctor', '--local', '--canary', 'call_canary', '--yes'], {
        stdio: ['ignore', 'ignore', 'pipe'],
        timeout: 60_000,
      })
      let told = ''
      child.stderr.on('data', (piece) => {
        told += piece
      })
      await eventually('the canary to be sent', () => (/waits in the queue/.test(told) ? true : undefined))

      child.kill('SIGINT')

      expect(await once(child, 'close')).toEqual([130, null])
    })

    afterAll(() => callvault(['resume', '--local']))
  })

  it('finds an alarm that is gone', async () => {
    await account.deleteAlarm()

    expect(wrongIn(await doctor('--json'))).toMatchObject([
      { subject: 'alarms', sentence: expect.stringMatching(/HaltAlarm-\w+ is not there$/) },
    ])
  })

  it('finds a function that is gone', async () => {
    await account.deleteFunction()

    expect(wrongIn(await doctor('--json'))).toContainEqual(
      expect.objectContaining({
        subject: 'functions',
        sentence: 'the function callvault-local-receive-event is not there: no event is heard',
      }),
    )
  })
})
