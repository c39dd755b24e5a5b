import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, it, onTestFinished } from 'vitest'
import { describeWithSchemathesis } from '../support/engines/schemathesis.ts'
import type { HttpRequest } from '../support/gateway/gateway-event.ts'
import { startGatewayServer } from '../support/gateway/gateway-server.ts'
import { type Answer, createReceiveEventDoor } from '../support/gateway/receive-event-door.ts'
import { SAMPLE_SOURCES, TOKEN } from '../support/senders/sample-senders.ts'

const DESCRIPTION = join(import.meta.dirname, '../../docs/openapi.json')
const SOURCES = {
  ...SAMPLE_SOURCES,
  crm: { preset: 'token', tokens: [TOKEN], pointers: { callId: '/callId' } },
  pbx: { preset: 'allomia-callback', tokens: [TOKEN], pointers: { callId: '/callId' } },
}
const CHECKS = ['not_a_server_error', 'status_code_conformance', 'content_type_conformance', 'response_schema_conformance']
const WITHIN_MS = 150_000
const common = ['--seed', '1', '--phases', 'examples,coverage,fuzzing', '--continue-on-failure']

describeWithSchemathesis('docs/openapi.json', (attack) => {
  async function startDoor({ refuses = false } = {}) {
    const door = createReceiveEventDoor({ sources: SOURCES, now: () => new Date(), refuses: () => refuses })
    const statuses = new Map<number, number>()
    const server = await startGatewayServer(async (request: HttpRequest): Promise<Answer> => {
      const answer = await door.post(request)
      statuses.set(answer.status, (statuses.get(answer.status) ?? 0) + 1)
      return answer
    })
    const directory = await mkdtemp(join(tmpdir(), 'callvault-openapi-'))
    onTestFinished(async () => {
      await server.close()
      await rm(directory, { recursive: true })
    })
    const run = (args: string[]) => attack({ description: DESCRIPTION, url: server.url, directory, args: [...common, ...args] })
    return { statuses, run, directory }
  }

  it(
    'describes every answer of the handler to strangers',
    async () => {
      const { statuses, run } = await startDoor()

      const { exitCode, output } = await run(['--checks', [...CHECKS, 'ignored_auth'].join(), '--max-examples', '100'])

      expect(exitCode, output).toBe(0)
      expect([...statuses.keys()]).toEqual(expect.arrayContaining([401, 404]))
    },
    WITHIN_MS,
  )

  it(
    'describes every answer to a sender that shows its token',
    async () => {
      const { statuses, run } = await startDoor()

      const { exitCode, output } = await run(['--checks', CHECKS.join(), '--max-examples', '100', '-H', `x-callvault-token: ${TOKEN}`])

      expect(exitCode, output).toBe(0)
      expect([...statuses.keys()], output).toEqual(expect.arrayContaining([202, 400, 404]))
    },
    WITHIN_MS,
  )

  it(
    'describes the answer while the queue takes nothing',
    async () => {
      const { statuses, run } = await startDoor({ refuses: true })

      const checks = CHECKS.filter((check) => check !== 'not_a_server_error').join()
      const { exitCode, output } = await run(['--checks', checks, '--max-examples', '50', '-H', `x-callvault-token: ${TOKEN}`])

      expect(exitCode, output).toBe(0)
      expect([...statuses.keys()], output).toEqual(expect.arrayContaining([503]))
    },
    WITHIN_MS,
  )

  it('names the statuses of docs/events.md, and no other', async () => {
    const { paths } = JSON.parse(await readFile(DESCRIPTION, 'utf8'))
    const answers = (await readFile(join(import.meta.dirname, '../../docs/events.md'), 'utf8')).split('## Answers')[1] ?? ''

    const described = Object.values<{ post: { responses: object } }>(paths).map(({ post }) => Object.keys(post.responses))
    const inTable = [...new Set([...answers.matchAll(/^\| (\d{3}) \|/gm)].map(([, status]) => status))]

    expect(described).toEqual([inTable, inTable])
  })
})
