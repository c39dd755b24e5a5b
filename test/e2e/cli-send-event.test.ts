import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { PRESETS } from '#config/presets'
import { callvault } from '../support/callvault.ts'
import { describeLocally } from '../support/engines/describe-locally.ts'
import { documentedExamples } from '../support/senders/documented-examples.ts'
import { ed25519KeyOf } from '../support/senders/sample-keys.ts'
import { type DeployedVault, startDeployedVault } from '../support/stack/deployed-vault.ts'
import { SIGNED_SOURCES } from '../support/stack/signed-requests.ts'

const ORGANIZATION = 'org_27'
/** Of docs/events.md: the one that belongs to its public key. */
const TELNYX_KEY = 'MC4CAQAwBQYDK2VwBCIEIJ1hsZ3v/VpguoRK9JLsLMREScVpezJpGXA7rAMcrn9g'
const { 'signs-v1a': signsV1a } = SIGNED_SOURCES
const SOURCES = { ...documentedExamples().sources, 'signs-v1a': signsV1a } as Readonly<Record<string, { preset?: string }>>
const names = Object.keys(SOURCES)
const SECRETS = Object.values<object>(SOURCES).flatMap((source) =>
  Object.entries(source).flatMap(([kind, values]) => (/secrets|tokens/.test(kind) ? (values as string[]) : [])),
)

describeLocally('callvault send-event, on the deployed stack', () => {
  let vault: DeployedVault
  let folder: string
  const run = (...args: string[]) => callvault(['send-event', ...args, '--local'])
  const keyFor = (name: string) => ({ telnyx: ['--private-key', 'telnyx.pem'], 'signs-v1a': ['--private-key', 'v1a.pem'] })[name] ?? []
  const inFolder = (args: string[]) => args.map((arg) => (arg.endsWith('.pem') || arg.endsWith('.json') ? join(folder, arg) : arg))

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'callvault-send-event-'))
    await writeFile(join(folder, 'telnyx.pem'), `-----BEGIN PRIVATE KEY-----\n${TELNYX_KEY}\n-----END PRIVATE KEY-----\n`)
    await writeFile(join(folder, 'v1a.pem'), ed25519KeyOf('v1a').export({ format: 'pem', type: 'pkcs8' }))
    const wrong = { crm: { preset: 'token', tokens: ['a-token-that-is-not-of-the-stack'], pointers: { callId: '/callId' } } }
    await writeFile(join(folder, 'wrong.json'), JSON.stringify({ ...wrong, nobody: wrong.crm }))
    vault = await startDeployedVault({ organizationIds: [ORGANIZATION], eventSources: SOURCES })
  })

  afterAll(async () => {
    await vault?.stop()
    await rm(folder, { recursive: true, force: true })
  })

  it('has a source of each preset to try', () => {
    const presets = new Set(names.map((name) => SOURCES[name]?.preset))

    expect(Object.keys(PRESETS).filter((preset) => !presets.has(preset))).toEqual([])
  })

  it.each(names)('is taken from the source %s', async (name) => {
    const { exitCode, stdout, stderr, records } = await run(name, `call_${name}`, ...inFolder(keyFor(name)), '--json')

    expect({ exitCode, records: records() }).toMatchObject({
      exitCode: 0,
      records: [{ type: 'answer', source: name, id: `call_${name}`, status: 202, body: { status: 'queued' } }],
    })
    expect(SECRETS.filter((secret) => `${stdout}${stderr}`.includes(secret))).toEqual([])
  })

  it('has the call archived', async () => {
    await vault.change({ id: 'call_tried', organizationId: ORGANIZATION })

    const { exitCode, stdout, stderr } = await run('voice', 'call_tried')

    expect({ exitCode, stdout }).toEqual({ exitCode: 0, stdout: '202 {"status":"queued"}\n' })
    expect(stderr).toContain('callvault show call_tried')
    expect(await vault.archived('call_tried')).toMatchObject({ recordingState: 'stored' })
  })

  it('says with 2 and a sentence that a wrong secret is refused, and repeats no secret', async () => {
    const { exitCode, stdout, stderr } = await run('crm', 'call_wrong', '--event-sources', join(folder, 'wrong.json'))

    expect({ exitCode, stdout }).toEqual({ exitCode: 2, stdout: '' })
    expect(stderr).toMatch(/^error: the stack's door answered 401 {"error":"not authentic"} \(EVENT_REFUSED\)\nnext: {2}401: sign with/)
    expect(stderr).not.toContain('a-token-that-is-not')
  })

  it.each([
    ['a source that the document has not', ['nowhere', 'call_1'], /^error: the event sources have no nowhere; they have voice, .*\.\n$/],
    [
      'a source that the stack has not',
      ['nobody', 'call_1', '--event-sources', 'wrong.json'],
      /answered 404 {"error":"unknown source"} \(EVENT_REFUSED\)/,
    ],
    ['an id that none can be', ['voice', '..'], /^error: not a call id: a dot path \(CALL_ID_INVALID\)/],
    ['a public key alone', ['telnyx', 'call_1'], /\(EVENT_KEY_MISSING\)\nnext: {2}Make a key/],
    ['a key that is none', ['telnyx', 'call_1', '--private-key', 'wrong.json'], /wrong\.json is no Ed25519 private key/],
  ])('answers %s with 2 and a sentence', async (_what, args, sentence) => {
    const { exitCode, stdout, stderr } = await run(...inFolder(args))

    expect({ exitCode, stdout }).toEqual({ exitCode: 2, stdout: '' })
    expect(stderr).toMatch(sentence)
  })

  it('says with 4 that nobody answered', async () => {
    const { exitCode, stderr } = await run('voice', 'call_1', '--url', 'http://127.0.0.1:9/events')

    expect(exitCode).toBe(4)
    expect(stderr).toMatch(/^error: the stack's door gave no answer \(\w+\) \(EVENT_NOT_TAKEN\)\nnext: {2}Send it again/)
  })

  it.each([
    ['no URL', 'a-token/events'],
    ['another scheme', 'ftp://a-token.example/events'],
    ['a password', 'https://user:a-token@example.org/events'],
    ['http to another machine', 'http://a-token.example/events'],
    ['a query', 'https://example.org/events?a-token'],
  ])('answers a --url with %s with 2, before anything is asked, and quotes none of it', async (_what, url) => {
    const { exitCode, stdout, stderr } = await callvault(['send-event', 'crm', 'call_1', '--url', url, '--debug'])

    expect({ exitCode, stdout }).toEqual({ exitCode: 2, stdout: '' })
    expect(stderr).toMatch(/^error: --url /)
    expect(stderr).not.toContain('a-token')
  })

  it('shows what would be sent, without a token, and sends nothing', async () => {
    const shown = await run('crm', 'call_dry', '--dry-run')
    const inPath = await run('allomia-outbound', 'out_dry', '--dry-run', '--json')
    await vault.change({ id: 'call_after', organizationId: ORGANIZATION })
    await run('crm', 'call_after', '--quiet')

    expect(shown).toMatchObject({ exitCode: 0, stderr: '' })
    expect(shown.stdout).toMatch(
      /^POST http:\S+\/events\/crm\ncontent-type: application\/json\nx-callvault-token: \*\*\*\n\n{"callId":"call_dry"}\n$/,
    )
    expect(inPath.records()).toMatchObject([{ type: 'event', url: expect.stringMatching(/\/allomia-outbound\/\*\*\*$/) }])
    await vault.archived('call_after')
    expect(await vault.rows.get('call_dry')).toBeUndefined()
  })
})
