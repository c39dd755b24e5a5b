import { readFile } from 'node:fs/promises'
import { afterAll, beforeAll, expect, it, onTestFinished } from 'vitest'
import { describeLocally } from '../support/engines/describe-locally.ts'
import { eventually } from '../support/poll.ts'
import { documentedExamples, forgedExample, runExample } from '../support/senders/documented-examples.ts'
import { type DeployedVault, startDeployedVault } from '../support/stack/deployed-vault.ts'
import { putEvent } from '../support/stack/event-bus.ts'
import { createEventSourcesSecret } from '../support/stack/event-sources-secret.ts'
import { SIGNED_SOURCES, signedRequests } from '../support/stack/signed-requests.ts'

const TOKEN = 'a-token-of-a-new-source'
const ORGANIZATION = 'org_27'
const { sources, examples } = documentedExamples()
/** The stack has sources of these names, with secrets of its own: the examples of those two are run elsewhere. */
const TAKEN = ['voice', 'crm']
const runnable = examples.filter(({ script }) => !TAKEN.some((name) => script.includes(`$EVENTS_URL/${name}"`)))

/** Of what was sent to the stack, for its logs not to have. */
const proofs: string[] = []

describeLocally('the deployed stack, and who may announce the end of a call to it', () => {
  let vault: DeployedVault

  beforeAll(async () => {
    vault = await startDeployedVault({ organizationIds: [ORGANIZATION], eventSources: { ...sources, ...SIGNED_SOURCES } })
  })
  afterAll(() => vault?.stop())

  const untilQuiet = () => eventually('an empty queue', async () => (await vault.queues.isEmpty()) || undefined)

  it.each(runnable.map((example, index) => [`${index + 1}: ${example.title}`, example] as const))(
    'takes the example of docs/events.md, %s',
    async (_title, example) => {
      const { eventsUrl, publicEventsUrl } = vault

      const answers = await runExample(example, { EVENTS_URL: eventsUrl, PUBLIC_EVENTS_URL: publicEventsUrl })

      expect(answers[0]).toEqual({ status: 202, body: { status: 'queued' } })
      expect(answers.slice(1).map(({ status }) => status)).toEqual(example.title === 'zoom' ? [200] : [])
    },
  )

  it.each(runnable.map((example, index) => [`${index + 1}: ${example.title}`, forgedExample(example)] as const))(
    'refuses the same, changed in one thing, %s',
    async (_title, example) => {
      const { eventsUrl, publicEventsUrl } = vault

      const [answer] = await runExample(example, { EVENTS_URL: eventsUrl, PUBLIC_EVENTS_URL: publicEventsUrl })

      expect(answer).toEqual({ status: 401, body: { error: 'not authentic' } })
    },
  )

  it('takes v1a, several signatures, JSON of Twilio and Ed25519, and refuses each with another body', async () => {
    const signed = signedRequests(vault.publicEventsUrl)
    proofs.push(...signed.flatMap(({ proof }) => proof.split(' ')))
    const statusOf = async ({ title, request }: (typeof signed)[number]) => [title, (await vault.sender.post(request)).status]

    const taken = await Promise.all(signed.map(statusOf))
    const forged = await Promise.all(
      signed.map((one) => statusOf({ ...one, request: { ...one.request, body: one.request.body?.replace('call_', 'forged_') ?? '' } })),
    )

    expect(taken).toEqual(signed.map(({ title }) => [title, 202]))
    expect(forged).toEqual(signed.map(({ title }) => [title, 401]))
  })

  it('archives a call that an event on the bus announces', async () => {
    await vault.change({ id: 'call_bus', organizationId: ORGANIZATION })
    await vault.change({ id: 'call_bus_alone', organizationId: ORGANIZATION })

    await putEvent(vault.cloud.endpoint, 'call.ended', { callId: 'call_bus', organizationId: ORGANIZATION })
    await putEvent(vault.cloud.endpoint, 'call.ended', { callId: 'call_bus_alone' })
    const rows = await Promise.all([vault.archived('call_bus'), vault.archived('call_bus_alone')])

    const [first] = await vault.objects.manifestsOf('call_bus')
    expect(rows).toMatchObject([{ recordingState: 'stored' }, { recordingState: 'stored', organizationId: ORGANIZATION }])
    expect(first?.manifest).toMatchObject({ trigger: 'event', requestId: expect.stringMatching(/^[0-9a-f-]{36}$/) })
  })

  it('passes over events of other types, and those without a call or with an empty one', async () => {
    await vault.change({ id: 'call_started', organizationId: ORGANIZATION })
    await vault.change({ id: 'call_bus_last', organizationId: ORGANIZATION })

    await putEvent(vault.cloud.endpoint, 'call.started', { callId: 'call_started' })
    await putEvent(vault.cloud.endpoint, 'call.ended', { call: 'call_started' })
    await putEvent(vault.cloud.endpoint, 'call.ended', { callId: '', organizationId: ORGANIZATION })
    await putEvent(vault.cloud.endpoint, 'call.ended', { callId: 'call_bus_last' })
    await vault.archived('call_bus_last')
    await untilQuiet()

    expect(await vault.rows.get('call_started')).toBeUndefined()
    expect(await vault.queues.receiveDeadLetters()).toEqual([])
  })

  it('archives a call whose message is put on the queue by hand', async () => {
    await vault.change({ id: 'call_by_hand', organizationId: ORGANIZATION })
    const message = { version: 1, trigger: 'event', callId: 'call_by_hand', organizationId: '', source: 'batch-import' }

    await vault.queues.send([JSON.stringify({ ...message, receivedAt: new Date(), requestId: 'import-0001' })])
    const row = await vault.archived('call_by_hand')

    const [first] = await vault.objects.manifestsOf('call_by_hand')
    expect(row).toMatchObject({ organizationId: ORGANIZATION, recordingState: 'stored' })
    expect(first?.manifest).toMatchObject({ trigger: 'event', requestId: 'import-0001' })
  })

  it('takes a new source without being deployed again, and says in its log what is wrong with one, by its place', async () => {
    const secret = createEventSourcesSecret(vault.engine)
    onTestFinished(secret.close)
    const source = { preset: 'token', tokens: [TOKEN], pointers: { callId: 'callId' } }
    const post = async () => {
      const options = { method: 'POST', headers: { 'x-callvault-token': TOKEN }, body: '{"callId":"call_new_source"}' }
      return (await fetch(`${vault.eventsUrl}/new`, options)).status
    }
    const isLogged = async (text: string) => (await vault.functions.logOf('receive-event')).some((line) => line.includes(text)) || undefined

    await secret.put({ new: source })
    // Ten seconds lie between two readings that something refused asks for.
    const withinMs = 90_000
    const whileWrong = new Set<number>()
    await eventually(
      'the problem in the log',
      async () => {
        whileWrong.add(await post())
        return isLogged('new.pointers.callId has to be a JSON Pointer')
      },
      withinMs,
    )
    await secret.put({ new: { ...source, pointers: { callId: '/callId' } } })
    await eventually('the new source', async () => (await post()) === 202 || undefined, withinMs)

    expect([...whileWrong]).toEqual([404])
  })

  it('writes no secret, token, signature or body into its logs', async () => {
    const lines = await vault.functions.logOf('receive-event')

    const log = `${lines.join('\n')}\n${await readFile(vault.cloud.logFile, 'utf8')}`

    const secrets = Object.values<object>({ ...sources, ...SIGNED_SOURCES }).flatMap((source) =>
      Object.entries(source).flatMap(([name, value]) => (/secrets|tokens/.test(name) ? value : [])),
    )
    expect(secrets.length).toBeGreaterThan(8)
    expect(lines.filter((line) => line.includes('"reception":"queued"')).length).toBeGreaterThanOrEqual(runnable.length)
    expect(proofs).toHaveLength(5)
    expect(
      [TOKEN, ...secrets, ...proofs, 'plainToken', 'qgg8vlvZRS6UYooatFL8Aw', '/message/call', 'CallStatus'].filter((text) =>
        log.includes(String(text)),
      ),
    ).toEqual([])
  })
})
