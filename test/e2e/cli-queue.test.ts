import { SendMessageCommand } from '@aws-sdk/client-sqs'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { callvault } from '../support/callvault.ts'
import { sqsClientOf } from '../support/engines/clients.ts'
import { describeLocally } from '../support/engines/describe-locally.ts'
import { eventually } from '../support/poll.ts'
import { recordedCallvault } from '../support/recorded-callvault.ts'
import { type DeployedVault, startDeployedVault } from '../support/stack/deployed-vault.ts'

const ORGANIZATION = 'org_clinic'
const HOUR_MS = 3_600_000
const DAY_MS = 24 * HOUR_MS
const REFUSED = { recordingUrl: 'http://169.254.169.254/recording.wav' }
const ago = (milliseconds: number) => `${new Date(Date.now() - milliseconds).toISOString().slice(0, 19)}Z`
const times = (agoMs: number) => ({ callStartedAt: ago(agoMs + 60_000), callEndedAt: ago(agoMs), createdAt: ago(agoMs) })
const call = (id: string, fields: object = {}) => ({ id, organizationId: ORGANIZATION, fields: { ...fields } })

describeLocally('callvault, on the queue of a deployed stack', () => {
  let vault: DeployedVault
  const run = (...args: string[]) => callvault([...args, '--local'])

  beforeAll(async () => {
    vault = await startDeployedVault({ organizationIds: [ORGANIZATION] })
    await vault.functions.invoke('reconcile-calls')
  })

  afterAll(() => vault?.stop())

  const status = async (): Promise<Record<string, unknown>> => {
    const { exitCode, records } = await run('status', '--json')
    const [told = {}] = records()
    return { ...told, exitCode }
  }

  it('says in status that nothing needs anybody', async () => {
    expect(await status()).toMatchObject({
      exitCode: 0,
      type: 'status',
      consumer: 'running',
      deadLetters: 0,
      failed: {},
      organizations: [{ organizationId: ORGANIZATION, comparedUntil: expect.any(String) }],
      needs: [],
    })
  })

  it('archives a call by its id, of which no event was sent', async () => {
    await vault.change(call('call_ordered'))

    const { exitCode, records } = await run('archive', 'call_ordered', '--json')

    expect({ exitCode, records: records() }).toMatchObject({ exitCode: 0, records: [{ callId: 'call_ordered', outcome: 'sent' }] })
    expect(await vault.archived('call_ordered')).toMatchObject({ recordingState: 'stored' })
  })

  it('refuses what cannot be an id, and sends none of the others', async () => {
    const { exitCode, stderr } = await run('archive', 'call_ordered', '..')

    expect(exitCode).toBe(2)
    expect(stderr).toMatch(/^error: not a call id: a dot path \(CALL_ID_INVALID\)/)
  })

  it('tells what a reconciliation would send, and only reads for it', async () => {
    await vault.change(call('call_unheard', times(50 * DAY_MS)))
    const days = ['--from', ago(51 * DAY_MS).slice(0, 10), '--to', ago(49 * DAY_MS).slice(0, 10)]
    const left = async () => [await vault.rows.all(), await vault.objects.all(), await vault.queues.isEmpty()]
    await eventually('an empty queue', async () => (await vault.queues.isEmpty()) || undefined)
    const before = await left()

    const { exitCode, requests, records } = await recordedCallvault(['reconcile', ...days, '--dry-run', '--json', '--local'])

    expect(exitCode).toBe(0)
    expect(records()).toMatchObject([
      { type: 'call', callId: 'call_unheard', organizationId: ORGANIZATION, state: 'missing' },
      { type: 'summary', isDryRun: true, listed: 1, wouldSend: 1 },
    ])
    expect(await left()).toEqual(before)
    expect(new Set(requests)).toEqual(new Set(['cloudformation:POST', 'secretsmanager:GetSecretValue', 'dynamodb:BatchGetItem']))
  })

  it('has the list of long ago read, once that is said', async () => {
    await vault.change(call('call_old', times(60 * DAY_MS)))
    const days = ['--from', ago(61 * DAY_MS).slice(0, 10), '--to', ago(59 * DAY_MS).slice(0, 10)]

    const asked = await run('reconcile', ...days)
    const ordered = await run('reconcile', ...days, '--yes', '--json')
    await vault.functions.invoke('reconcile-calls')

    expect({ exitCode: asked.exitCode, stderr: asked.stderr }).toMatchObject({ exitCode: 2, stderr: expect.stringMatching(/say --yes/) })
    expect(ordered.records()).toMatchObject([{ type: 'order', organizationId: ORGANIZATION }])
    expect(await vault.archived('call_old')).toMatchObject({ state: 'archived' })
  })

  describe('where a call has failed', () => {
    beforeAll(async () => {
      await vault.letHappen(call('call_refused', { ...times(80 * HOUR_MS), ...REFUSED }))
      await eventually('a failed call', async () => ((await vault.rows.get('call_refused'))?.state === 'failed' ? true : undefined))
    })

    it('says so in status, with the code', async () => {
      const { exitCode, failed, needs } = await status()

      expect({ exitCode, failed }).toEqual({ exitCode: 3, failed: { SOURCE_ADDRESS_REFUSED: 1 } })
      expect(needs).toEqual(
        expect.arrayContaining([expect.stringMatching(/^calls have failed with SOURCE_ADDRESS_REFUSED: callvault find/)]),
      )
    })

    it('finds it by its state', async () => {
      const { records } = await run('find', '--organization', ORGANIZATION, '--state', 'failed', '--json')

      expect(records()).toMatchObject([{ callId: 'call_refused', state: 'failed', lastErrorCode: 'SOURCE_ADDRESS_REFUSED' }])
    })

    it('shows what its error means', async () => {
      const { stdout } = await run('show', 'call_refused')

      expect(stdout).toMatch(/\nlastErrorCode +SOURCE_ADDRESS_REFUSED\nmeans +A link, or a redirect of it, leads to an address/)
    })

    it('sends it again, once, and nothing to anybody who does not say so', async () => {
      await vault.change(call('call_refused', times(80 * HOUR_MS)))

      const asked = await run('redrive', '--code', 'SOURCE_ADDRESS_REFUSED')
      const ofAnotherCode = await run('redrive', '--code', 'SOURCE_GONE', '--yes', '--json')
      const tooYoung = await run('redrive', '--older-than', '1h', '--yes', '--json')
      const sent = await run('redrive', '--code', 'SOURCE_ADDRESS_REFUSED', '--yes', '--json')

      expect(asked).toMatchObject({ exitCode: 2, stderr: expect.stringMatching(/up to 500 failed calls .*say --yes/) })
      expect(ofAnotherCode.records()).toMatchObject([{ found: 0, sent: 0 }])
      expect(tooYoung.records()).toMatchObject([{ found: 0, sent: 0 }])
      expect(sent.records()).toMatchObject([{ type: 'summary', found: 1, sent: 1, skipped: 0, refused: 0 }])
      expect(await vault.archived('call_refused', 2)).toMatchObject({ recordingState: 'stored' })
    })
  })

  it.each([
    [['call_nowhere'], /^error: the archive has no call call_nowhere \(CALL_UNKNOWN\)/],
    [['out_nowhere', '--outbound'], /^error: the archive has no call out_nowhere among the outbound callbacks \(CALL_UNKNOWN\)/],
  ])('says of a call to redrive that is not there that it is not: %j', async (args, sentence) => {
    const { exitCode, stdout, stderr } = await run('redrive', ...args)

    expect({ exitCode, stdout }).toEqual({ exitCode: 2, stdout: '' })
    expect(stderr).toMatch(sentence)
  })

  describe('where messages could not be worked', () => {
    beforeAll(async () => {
      await vault.change(call('call_in_letter'))
      const message = { version: 1, trigger: 'event', callId: 'call_in_letter', source: 'test', receivedAt: new Date(), requestId: 'r1' }
      const client = sqsClientOf(vault.engine)
      for (const MessageBody of ['not JSON at all', JSON.stringify(message)]) {
        await client.send(new SendMessageCommand({ QueueUrl: vault.outputs.callDeadLetterQueueUrl, MessageBody }))
      }
      client.destroy()
    })

    it('says so in status', async () => {
      expect(await status()).toMatchObject({ exitCode: 3, deadLetters: 2 })
    })

    it('sends back what can be read, and shows the rest', async () => {
      const { exitCode, records } = await run('dead-letters', '--send-back', '--yes', '--json')

      expect(exitCode).toBe(3)
      expect(records()).toEqual([
        {
          type: 'letter',
          id: expect.any(String),
          sentAt: expect.any(String),
          body: 'not JSON at all',
          problem: expect.stringMatching(/not JSON/),
        },
        { type: 'summary', letters: 1, sentBack: 1, unreadable: 1 },
      ])
      expect(await vault.archived('call_in_letter')).toMatchObject({ recordingState: 'stored' })
    })
  })

  it('pauses archival and resumes it', async () => {
    const asked = await run('pause')
    const paused = await run('pause', '--yes', '--json')
    await eventually('a paused consumer', async () => ((await status()).consumer === 'paused' ? true : undefined))
    await vault.change(call('call_while_paused'))
    await run('archive', 'call_while_paused')
    const { exitCode, queued, needs } = await status()
    const rowWhilePaused = await vault.rows.get('call_while_paused')
    const resumed = await run('resume', '--json')

    expect(asked).toMatchObject({
      exitCode: 2,
      stderr: expect.stringMatching(/^error: this stops the archival of calls in callvault-local/),
    })
    expect([paused, resumed].map((ran) => ran.records()[0])).toMatchObject([{ wanted: 'paused' }, { wanted: 'running' }])
    expect({ exitCode, queued }).toEqual({ exitCode: 3, queued: 1 })
    expect(needs).toContain('archive-call takes nothing from the queue: callvault resume')
    expect(rowWhilePaused).toBeUndefined()
    expect(await vault.archived('call_while_paused')).toMatchObject({ state: 'archived' })
  })

  it('tells people in sentences', async () => {
    const { stdout } = await run('status')

    expect(stdout).toMatch(/^stack +callvault-local\narchive-call +running\n/)
    expect(stdout).toMatch(/\norg_clinic, compared with the provider's list up to 2/)
  })
})
