import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, it, onTestFinished } from 'vitest'
import type { CallDescription } from '#local/allomia/call-script'
import { describeLocally } from '../support/engines/describe-locally.ts'
import { verifyArchive } from '../support/engines/verify-archive.ts'
import { eventually } from '../support/poll.ts'
import { type DeployedVault, startDeployedVault } from '../support/stack/deployed-vault.ts'
import { callEnded } from '../support/stack/events.ts'
import { kindOf, segmentOf } from '../support/stack/objects.ts'
import { endedHoursAgo } from '../support/stack/past-calls.ts'
import { personalStringsOf } from '../support/stack/personal-strings.ts'
import { refusedEvents } from '../support/stack/refused-events.ts'

const ORGANIZATION = 'org_clinic'
const ORGANIZATION_WITH_WRONG_KEY = 'org_rotated'
const WRONG_KEY = 'key-that-was-withdrawn'
const SCHEMA_FILE = join(import.meta.dirname, '../../docs/manifest.schema.json')
/** What an archived call leaves: one version of each. */
/** Eight seconds of 8,000 samples of 16 bits, and their header. */
const RECORDING_BYTES = 8 * 8_000 * 2 + 44
const ONE_OF_EACH = ['manifests', 'recording.wav', 'records', 'transcript.txt']

describeLocally('the deployed stack', () => {
  let vault: DeployedVault

  beforeAll(async () => {
    vault = await startDeployedVault({
      organizationIds: [ORGANIZATION, ORGANIZATION_WITH_WRONG_KEY],
      apiKeys: { organizations: { [ORGANIZATION_WITH_WRONG_KEY]: WRONG_KEY } },
    })
  })

  afterAll(() => vault?.stop())

  const kindsOf = async (callId: string) => (await vault.objects.ofCall(callId)).map(kindOf).sort()

  it('archives a call whose signed event it was sent', async () => {
    await vault.letHappen({ id: 'call_plain', organizationId: ORGANIZATION })

    const row = await vault.archived('call_plain')

    expect(row).toMatchObject({ transcriptState: 'stored', recordingState: 'stored', organizationId: ORGANIZATION })
    expect(row).toMatchObject({ reason: 'recheck', dueAt: expect.any(String) })
    expect(await kindsOf('call_plain')).toEqual(ONE_OF_EACH)
  })

  it('answers what it does not take with the status that says why, and queues nothing of it', async () => {
    const refused = refusedEvents(vault.sender)

    const answers = await Promise.all(refused.map(async ({ title, request }) => ({ title, ...(await vault.sender.post(request)) })))
    await vault.letHappen({ id: 'call_after_refusals', organizationId: ORGANIZATION })
    await vault.archived('call_after_refusals')
    await eventually('an empty queue', async () => (await vault.queues.isEmpty()) || undefined)

    expect(answers).toEqual(refused.map(({ title, answer: [status, body] }) => ({ title, status, body })))
    for (const { callId } of refused) {
      expect(await vault.rows.get(callId), callId).toBeUndefined()
      expect(vault.apiAnswersFor(callId), callId).toEqual([])
    }
  })

  it('makes one revision, one object of each kind and one API call of one event that arrives fifty times at once', async () => {
    await vault.change({ id: 'call_fifty', organizationId: ORGANIZATION })
    const event = vault.sender.sign(callEnded('call_fifty', ORGANIZATION))

    const answers = await Promise.all(Array.from({ length: 50 }, () => vault.sender.post(event)))
    await vault.archived('call_fifty')
    await eventually('an empty queue', async () => (await vault.queues.isEmpty()) || undefined)

    expect(answers).toEqual(Array(50).fill({ status: 202, body: { status: 'queued' } }))
    expect(await vault.rows.get('call_fifty')).toMatchObject({ state: 'archived', revision: 1 })
    expect(await kindsOf('call_fifty')).toEqual(ONE_OF_EACH)
    expect(vault.apiAnswersFor('call_fifty')).toEqual([200])
  })

  it.each(['emoji/📞…#?', '../../manifests/organization=x/%2e%2e?a=b&c="<d>\'#e'])(
    'archives the call with the hostile id %s under a digest',
    async (id) => {
      await vault.letHappen({ id, organizationId: ORGANIZATION })

      const row = await vault.archived(id)

      const objects = await vault.objects.ofCall(id)
      expect(row).toMatchObject({ callId: id, recordingState: 'stored' })
      expect(segmentOf(id)).toMatch(/^~[0-9a-f]{32}$/)
      expect(objects.map(kindOf).sort()).toEqual(ONE_OF_EACH)
      expect(objects.map(({ key }) => key).join()).toMatch(/^[\w/=.,~-]+$/)
    },
  )

  it.each<[string, string, CallDescription['script']]>([
    ['429 with Retry-After', 'PROVIDER_THROTTLED', { throttled: 1 }],
    ['500', 'PROVIDER_UNAVAILABLE', { failing: 1 }],
    ['JSON that cannot be read', 'PROVIDER_ANSWER_UNREADABLE', { unreadable: 1 }],
    ['404, since the record is not there yet', 'CALL_NOT_FOUND', { recordNotFoundForSeconds: 3_600 }],
  ])('keeps a call pending that the API answers with %s, and archives it when its time comes', async (_title, code, script) => {
    const call = { id: `call_${code}`, organizationId: ORGANIZATION }
    await vault.letHappen({ ...call, script })
    const pending = await vault.failedWith(call.id, code)
    const objectsWhilePending = await vault.objects.ofCall(call.id)
    await vault.change(call)

    await vault.retry(call.id)
    const row = await vault.archived(call.id)

    expect(Date.parse(String(pending.dueAt))).toBeGreaterThan(Date.now())
    expect(pending).toMatchObject({ state: 'pending', reason: 'archive' })
    expect(objectsWhilePending).toEqual([])
    expect(row).not.toHaveProperty('lastErrorCode')
    expect(await kindsOf(call.id)).toEqual(ONE_OF_EACH)
  })

  it("archives with the tenant's key where the organization's own was withdrawn", async () => {
    await vault.letHappen({ id: 'call_wrong_key', organizationId: ORGANIZATION_WITH_WRONG_KEY })

    const row = await vault.archived('call_wrong_key')

    expect(vault.apiAnswersFor('call_wrong_key')).toEqual([401, 200])
    expect(row).toMatchObject({ organizationId: ORGANIZATION_WITH_WRONG_KEY, recordingState: 'stored' })
  })

  it('goes on over a fresh link with a recording that ends early, in the same attempt', async () => {
    const call = { id: 'call_truncated_once', organizationId: ORGANIZATION }
    await vault.letHappen({ ...call, script: { truncated: 1 } })

    const row = await vault.archived(call.id)

    expect(vault.apiAnswersFor(call.id)).toEqual([200, 200])
    expect(row).toMatchObject({ fence: 1, recordingState: 'stored', recordingBytes: RECORDING_BYTES })
    expect(await kindsOf(call.id)).toEqual(ONE_OF_EACH)
  })

  it('stores nothing of a recording that ends early each time, and all of it the next', async () => {
    const call = { id: 'call_truncated', organizationId: ORGANIZATION }
    await vault.letHappen({ ...call, script: { truncated: 3 } })
    await vault.failedWith(call.id, 'SOURCE_ENDED_EARLY')
    const kindsWhilePending = await kindsOf(call.id)

    await vault.retry(call.id)
    const row = await vault.archived(call.id)

    const recordings = (await vault.objects.ofCall(call.id)).filter((object) => kindOf(object) === 'recording.wav')
    expect(kindsWhilePending).toEqual(['transcript.txt'])
    expect(recordings).toEqual([{ key: row.recordingKey, versionId: row.recordingVersionId, bytes: RECORDING_BYTES }])
    expect(await kindsOf(call.id)).toEqual(ONE_OF_EACH)
  })

  it('archives what is there past the grace, and makes a second revision of a recording that comes later', async () => {
    const fields = endedHoursAgo(3)
    const call = { id: 'call_late', organizationId: ORGANIZATION, fields }
    await vault.letHappen({ ...call, recording: null })
    const first = await vault.archived(call.id)
    await vault.change(call)

    await vault.retry(call.id)
    const second = await vault.archived(call.id, 2)

    const [one, two, ...more] = await vault.objects.manifestsOf(call.id)
    const artifactOf = (revision: typeof one, name: string) => revision?.manifest.artifacts.find((artifact) => artifact.name === name)
    expect(first).toMatchObject({ recordingState: 'awaited', reason: 'artifacts', dueAt: expect.any(String) })
    expect(second).toMatchObject({ recordingState: 'stored', transcriptKey: first.transcriptKey })
    expect(artifactOf(one, 'recording')).toMatchObject({ state: 'awaited' })
    expect(artifactOf(two, 'recording')).toMatchObject({ state: 'stored' })
    expect(artifactOf(two, 'transcript')).toEqual(artifactOf(one, 'transcript'))
    expect(two?.manifest.previousManifestSha256).toBe(one?.sha256)
    expect(more).toEqual([])
    expect(await kindsOf(call.id)).toEqual(['manifests', 'manifests', 'recording.wav', 'records', 'records', 'transcript.txt'])
  })

  it('leaves messages that it cannot read to the dead-letter queue, once each, and lets them delay no others', async () => {
    const calls = ['call_beside_bad_1', 'call_beside_bad_2'].map((id) => ({ id, organizationId: ORGANIZATION }))
    const good = calls.map(({ id: callId }) => ({
      version: 1,
      trigger: 'event',
      callId,
      source: 'test',
      receivedAt: new Date(),
      requestId: 'r1',
    }))
    const bad = ['not JSON at all', JSON.stringify({ ...good[0], version: 2 })]
    for (const call of calls) await vault.change(call)
    // A message that failed comes back when this is over: six minutes as the stack has it, five times each.
    await vault.queues.setVisibilityTimeout(3)
    onTestFinished(() => vault.queues.setVisibilityTimeout(360))

    await vault.queues.send([bad[0]!, JSON.stringify(good[0]), bad[1]!, JSON.stringify(good[1])])
    await Promise.all(calls.map(({ id }) => vault.archived(id, 1)))
    const wasStillThere = !(await vault.queues.isEmpty())
    await eventually('an empty queue', async () => (await vault.queues.isEmpty()) || undefined)
    const deadLetters = await vault.queues.receiveDeadLetters()

    expect(wasStillThere).toBe(true)
    expect(deadLetters.sort()).toEqual(bad.sort())
  })

  it('writes neither secrets, signatures nor anything personal into its logs', async () => {
    const names = ['receive-event', 'archive-call', 'reconcile-calls']
    const lines = (await Promise.all(names.map((name) => vault.functions.logOf(name)))).flat()

    const log = `${lines.join('\n')}\n${await readFile(vault.cloud.logFile, 'utf8')}`

    const { voiceSecret, crmToken } = vault.senders
    const secrets = [vault.tenantKey, WRONG_KEY, voiceSecret, crmToken, 'X-Amz-Signature', 'X-Amz-Credential']
    const forbidden = [...secrets, ...personalStringsOf(vault.happened())]
    expect(lines.filter((line) => line.includes('"outcome":"archived"')).length).toBeGreaterThan(0)
    expect(forbidden.filter((text) => log.includes(text))).toEqual([])
  })

  it('leaves an archive in which the independent program finds no fault', async () => {
    const directory = await mkdtemp(join(tmpdir(), 'callvault-e2e-'))
    onTestFinished(() => rm(directory, { recursive: true }))
    const forbiddenFile = join(directory, 'forbidden.txt')
    await writeFile(forbiddenFile, personalStringsOf(vault.happened()).join('\n'))
    const archive = { store: vault.engine, bucket: vault.outputs.archiveBucketName, table: vault.outputs.catalogTableName }

    const verdict = await verifyArchive({ ...archive, schemaFile: SCHEMA_FILE, forbiddenFile })

    // One manifest a call, and the second revision of the late one.
    expect(verdict).toMatchObject({ exitCode: 0, problems: [], unreferenced: [], manifests: vault.happened().length + 1 })
  })
})
