import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, it, onTestFinished } from 'vitest'
import { HELP } from '#local/allomia/help'
import { createSimulator } from '#local/allomia/simulator'
import { startProgram } from '../support/started-program.ts'

const PROGRAM = join(import.meta.dirname, '../../infra/local/allomia/main.ts')

async function start(...args: string[]) {
  const program = await startProgram(PROGRAM, args)
  onTestFinished(program.stop)
  return program
}

// Each starts a program, which takes its time on a busy machine.
describe('npm run simulator', { timeout: 30_000 }, () => {
  it('plays the calls that its help shows, to the requests that its help shows', async () => {
    const directory = await mkdtemp(join(tmpdir(), 'callvault-simulator-'))
    onTestFinished(() => rm(directory, { recursive: true }))
    const file = join(directory, 'calls.json')
    await writeFile(file, /\[\{.*\}\]/s.exec(HELP)?.[0] ?? '')
    const program = await start('--calls', file)
    await program.written('call_1', 10_000)
    const [url] = /http:\/\/127\.0\.0\.1:\d+/.exec(program.output()) ?? []
    const paths = [...HELP.matchAll(/curl -H '(.+): (.+)' '.+:8080(.+)'/g)]

    const answers = await Promise.all(
      paths.map(([, name = '', value = '', path]) => fetch(`${url}${path}`, { headers: { [name]: value } })),
    )
    const listed = await answers[0]?.json()

    expect(listed).toMatchObject({ calls: [{ id: 'call_1', callType: 'Outbound', userName: null }] })
    // The example's own call is not among the default ones that the second request is about.
    expect(answers.map(({ status }) => status)).toEqual([200, 404])
  })

  it('says in one sentence that its port is taken', async () => {
    const other = await createSimulator({ keys: { tenant: 'key' } })
    onTestFinished(other.close)
    const { port } = new URL(other.url)

    const program = await start('--port', port)
    const exitCode = await program.ended(10_000)

    expect(exitCode).toBe(2)
    expect(program.complaints()).toMatch(new RegExp(`^port ${port} of 127\\.0\\.0\\.1 is taken: [^\\n]+\\n\\nnpm run simulator -- --help`))
  })

  it.each([
    ['foo', /^--s3-endpoint wants a URL such as [^\n]+, not foo\n/],
    ['http://127.0.0.1:1', /^the S3 at http:\/\/127\.0\.0\.1:1 gave no bucket: ECONNREFUSED\n/],
  ])('says in one sentence that its S3 cannot be %s', async (endpoint, sentence) => {
    const program = await start('--s3-endpoint', endpoint)
    const exitCode = await program.ended(20_000)

    expect(exitCode).toBe(2)
    expect(program.complaints()).toMatch(sentence)
  })
})
