import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { GetObjectTaggingCommand, HeadObjectCommand, type S3Client } from '@aws-sdk/client-s3'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { s3ClientOf } from '../support/engines/clients.ts'
import { describeLocally } from '../support/engines/describe-locally.ts'
import { eventually } from '../support/poll.ts'
import { createCanaries, textsOf } from '../support/stack/canaries.ts'
import { type DeployedVault, startDeployedVault } from '../support/stack/deployed-vault.ts'
import { putEvent } from '../support/stack/event-bus.ts'
import { callEnded, type EventRequest } from '../support/stack/events.ts'

const ORGANIZATION = 'org_clinic'
const ORGANIZATION_WITH_WRONG_KEY = 'org_rotated'
const RECORDER = join(import.meta.dirname, '../support/iam/call-recorder.cjs')
const FUNCTIONS = ['receive-event', 'archive-call', 'reconcile-calls']
const canaries = createCanaries()

/** The URL's own part of a pre-signed link, which every call of the simulator has. */
const SIGNED_LINKS = ['X-Amz-Signature', 'X-Amz-Credential']

describeLocally('canaries that are planted in everything that comes in', () => {
  let directory: string
  let vault: DeployedVault
  let s3: S3Client
  let forbidden: string[]
  const record = () => join(directory, 'requests.jsonl')

  beforeAll(async () => {
    directory = await mkdtemp(join(tmpdir(), 'callvault-canaries-'))
    vault = await startDeployedVault({
      organizationIds: [ORGANIZATION, ORGANIZATION_WITH_WRONG_KEY],
      apiKeys: { organizations: { [ORGANIZATION_WITH_WRONG_KEY]: canaries.withdrawnKey } },
      eventSources: {
        pbx: { preset: 'token', authenticator: { inPath: true }, tokens: [canaries.pathToken], pointers: { callId: '/callId' } },
      },
      watching: { NODE_OPTIONS: `--require=${RECORDER}`, CALLVAULT_CALL_RECORD: record(), CALLVAULT_RECORD_OUTGOING: '1' },
    })
    s3 = s3ClientOf(vault.engine)
    const { voiceSecret, crmToken } = vault.senders
    forbidden = [...textsOf(canaries), voiceSecret, crmToken, vault.tenantKey, ...SIGNED_LINKS]
    await plant()
  })

  afterAll(async () => {
    s3?.destroy()
    await vault?.stop()
    await rm(directory, { recursive: true, force: true })
  })

  const foundIn = (text: string) => forbidden.filter((one) => text.includes(one))
  const keys = async () => (await vault.objects.all()).map(({ key }) => key)
  const textsUnder = async (room: string) => Promise.all((await keys()).filter((key) => key.startsWith(room)).map(vault.objects.text))

  it('are where they belong: in records, transcripts, and what a row may hold', async () => {
    const records = (await textsUnder('records/')).join()
    const media = (await Promise.all((await keys()).filter((key) => key.endsWith('transcript.txt')).map(vault.objects.text))).join()
    const row = JSON.stringify(await vault.rows.get('call_planted'))

    expect(Object.values(canaries.record).filter((text) => !records.includes(text))).toEqual([])
    expect(media).toContain(canaries.transcript)
    expect(row).toContain(canaries.record.userName)
  })

  it.each(FUNCTIONS)('are in no log and no metric of %s', async (name) => {
    const lines = await vault.functions.logOf(name)

    expect(lines.length).toBeGreaterThan(0)
    expect(foundIn(lines.join('\n'))).toEqual([])
  })

  it.each([
    ['archive-call', 'attempt', ['callId', 'organizationId', 'outcome', 'fence', 'seconds']],
    ['reconcile-calls', 'reconciliation', ['organizationId', 'kind', 'windows', 'seconds']],
    ['reconcile-calls', 'coverage', ['organizationId', 'day', 'ripe', 'covered']],
    ['receive-event', 'event', ['reception', 'function_request_id']],
  ])('leave %s with all that a line about %j has to say', async (name, message, wanted) => {
    const lines = (await vault.functions.logOf(name))
      .filter((line) => line.includes(`"message":"${message}"`))
      .map((line) => JSON.parse(line))
    // One that met a call at work or done with knows no more of it than its message.
    const worked = lines.filter(({ outcome }) => !['busy', 'settled', 'parked'].includes(outcome))

    expect(worked.length).toBeGreaterThan(0)
    for (const line of worked) expect(Object.keys(line)).toEqual(expect.arrayContaining(wanted))
  })

  it('are in no key, no tag and no metadata of an object', async () => {
    const objects = await vault.objects.all()
    const described = await Promise.all(
      objects.map(async ({ key, versionId }) => {
        const version = { Bucket: vault.outputs.archiveBucketName, Key: key, VersionId: versionId }
        const { TagSet } = await s3.send(new GetObjectTaggingCommand(version))
        const { Metadata } = await s3.send(new HeadObjectCommand(version))
        return [key, TagSet, Metadata]
      }),
    )

    expect(objects.length).toBeGreaterThan(8)
    expect(foundIn(JSON.stringify(described))).toEqual([])
  })

  it('are in no message that a function sent, and in no tag or metadata that it asked for', async () => {
    const requests = await readFile(record(), 'utf8')

    // So they were looked at: the message that the event became.
    expect(requests).toMatch(/"outgoing":.*trigger.*call_planted/)
    expect(foundIn(requests)).toEqual([])
  })

  it.each(['manifests/', 'reports/'])('are in nothing under %s', async (room) => {
    const texts = await textsUnder(room)

    expect(texts.length).toBeGreaterThan(0)
    expect(foundIn(texts.join())).toEqual([])
  })

  it('are in no row but the fields that a row may hold: no link, no summary, no secret', async () => {
    const row = JSON.stringify(await vault.rows.get('call_planted'))
    const { userName, agentName, teamName, phoneNumber, userPhoneNumber, userPrimaryIntent, userSentiment, callOutcome } = canaries.record
    const allowed = [userName, agentName, teamName, phoneNumber, userPhoneNumber, userPrimaryIntent, userSentiment, callOutcome]

    expect(foundIn(row).filter((text) => !allowed.includes(text))).toEqual([])
  })

  /** Every way in, with what should go through and what should not. */
  async function plant(): Promise<void> {
    const call = { organizationId: ORGANIZATION, fields: canaries.record, transcript: { text: canaries.transcript } }
    const ids = ['call_planted', 'call_by_token', 'call_by_bus', 'call_refused_first']
    for (const id of ids) await vault.change({ id, ...call })
    await vault.change({ id: 'call_broken', ...call, script: { unreadable: 1, truncated: 3 } })
    await vault.change({ id: 'call_wrong_key', ...call, organizationId: ORGANIZATION_WITH_WRONG_KEY })

    for (const request of accepted()) expect(await vault.sender.post(request)).toMatchObject({ status: 202 })
    for (const request of refused()) expect((await vault.sender.post(request)).status).toBeGreaterThanOrEqual(400)
    await putEvent(vault.engine.endpoint, 'call.ended', { callId: 'call_by_bus', organizationId: ORGANIZATION, caller: canaries.busDetail })

    for (const id of ids.slice(0, 3)) await vault.archived(id)
    await vault.archived('call_wrong_key')
    await vault.failedWith('call_broken', 'PROVIDER_ANSWER_UNREADABLE')
    await vault.retry('call_broken')
    await vault.failedWith('call_broken', 'SOURCE_ENDED_EARLY')
    await eventually('a report of the list', async () => (await keys()).some((key) => key.startsWith('reports/')) || undefined)
    await eventually('an empty queue', async () => (await vault.queues.isEmpty()) || undefined)
  }

  function accepted(): EventRequest[] {
    const body = (callId: string, organizationId = ORGANIZATION) =>
      JSON.stringify({
        type: 'call.ended',
        data: { callId, organizationId, customer: { name: canaries.body, number: canaries.record.userPhoneNumber } },
      })
    const signed = ['call_planted', 'call_broken'].map((id) => vault.sender.sign(body(id)))
    return [
      ...signed.map((request) => ({
        ...request,
        path: `${request.path}?who=${canaries.query}`,
        headers: { ...request.headers, 'x-caller': canaries.header },
      })),
      vault.sender.sign(body('call_wrong_key', ORGANIZATION_WITH_WRONG_KEY)),
      { path: `/pbx/${canaries.pathToken}`, body: JSON.stringify({ callId: 'call_by_token', customer: canaries.body }) },
    ]
  }

  function refused(): EventRequest[] {
    const event = callEnded('call_refused_first', ORGANIZATION)
    const signed = vault.sender.sign(event)
    return [
      { ...signed, headers: { ...signed.headers, 'webhook-signature': `v1,${canaries.signature}` } },
      { path: '/crm', headers: { 'x-callvault-token': canaries.wrongToken }, body: event },
      { path: `/pbx/${canaries.wrongToken}`, body: event },
      { path: `/${canaries.wrongSource}/${canaries.pathToken}`, body: event },
      vault.sender.sign(`{"type":"call.ended","data":{"callId":"${canaries.malformed}`),
      vault.sender.sign(JSON.stringify({ type: 'call.ended', data: { callId: `${canaries.malformed}\u0007` } })),
    ]
  }
})
