import { createHash } from 'node:crypto'
import { once } from 'node:events'
import { readFileSync } from 'node:fs'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { createServer, type RequestListener } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { json } from 'node:stream/consumers'
import { setTimeout } from 'node:timers/promises'
import { afterAll, beforeAll, describe, expect, it, onTestFinished, vi } from 'vitest'
import { composeReceiveEvent } from '#compose'
import type { DocumentPlace } from '#config/environment'
import type { IncomingEvent, Reception } from '#core/receive-event'

const FUNCTION = readFileSync(join(import.meta.dirname, '../../functions/receive-event/function.yml'), 'utf8')
/** What is left of the function's own time is for its start, its log and its metrics. */
const WITHIN_MS = Number(/^ {2}timeout: (\d+)$/m.exec(FUNCTION)?.[1]) * 1_000 - 1_000
const TOKEN = 'a-token-that-is-long-enough'
const SOURCES = JSON.stringify({ crm: { preset: 'token', tokens: [TOKEN], pointers: { callId: '/id' } } })

const event: IncomingEvent = {
  source: 'crm',
  method: 'POST',
  url: 'https://events.example/crm',
  pathToken: undefined,
  headers: { 'x-callvault-token': TOKEN },
  body: Buffer.from('{"id":"call_1"}'),
  requestId: 'request-1',
}

const neverAnswers: RequestListener = () => {}
const neverEndsItsAnswer: RequestListener = (_request, response) => {
  response.writeHead(200, { 'content-type': 'application/x-amz-json-1.1', 'content-length': 100 }).write('{')
}
/** A queue that has it, and proves it by its digest. */
const takes: RequestListener = async (request, response) => {
  const { MessageBody } = (await json(request)) as { MessageBody: string }
  response.end(JSON.stringify({ MessageId: '1', MD5OfMessageBody: createHash('md5').update(MessageBody).digest('hex') }))
}

const closing: (() => Promise<void>)[] = []
let folder: string
let [silent, unending] = ['', '']

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'callvault-test-'))
  await writeFile(join(folder, 'sources.json'), SOURCES)
  ;[silent, unending] = [await serve(neverAnswers), await serve(neverEndsItsAnswer)]
  const variables = { AWS_ACCESS_KEY_ID: 'test', AWS_SECRET_ACCESS_KEY: 'test', AWS_REGION: 'ca-central-1' }
  for (const [name, value] of Object.entries(variables)) vi.stubEnv(name, value)
})
afterAll(async () => {
  vi.unstubAllEnvs()
  for (const close of closing) await close()
  await rm(folder, { recursive: true })
})

async function serve(handler: RequestListener): Promise<string> {
  const server = createServer(handler)
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  closing.push(async () => {
    server.closeAllConnections()
    server.close()
    await once(server, 'close')
  })
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`
}

/** The door as it is deployed. */
const doorTo = (queue: string, eventSources: DocumentPlace = { file: join(folder, 'sources.json') }) =>
  composeReceiveEvent({ eventSources, callQueueUrl: `${queue}/queue`, logLevel: 'ERROR', functionName: 'receive-event' }).receiveEvent

const withinTime = (reception: Promise<Reception>) => Promise.race([reception, setTimeout(WITHIN_MS, 'no answer')])

describe('an AWS that hangs', { timeout: 30_000 }, () => {
  it('has the sender told before the function’s own time is over, be it the queue or the secret store', async () => {
    vi.stubEnv('AWS_ENDPOINT_URL_SECRETS_MANAGER', silent)
    const doors = [doorTo(silent), doorTo(unending), doorTo(silent, { secretArn: 'event-sources' })]

    const receptions = await Promise.all(doors.map((receiveEvent) => withinTime(receiveEvent(event))))

    expect(WITHIN_MS).toBeGreaterThan(0)
    expect(receptions).toMatchObject([
      { kind: 'not-queued', error: { code: 'QUEUE_UNAVAILABLE' } },
      { kind: 'not-queued', error: { code: 'QUEUE_UNAVAILABLE' } },
      { kind: 'not-queued', error: { code: 'SETTINGS_UNAVAILABLE' } },
    ])
  })

  it('keeps the sources that it has given, whoever knocks', async () => {
    vi.useFakeTimers({ toFake: ['Date'] })
    onTestFinished(() => void vi.useRealTimers())
    let readings = 0
    const store = await serve((_request, response) => {
      readings += 1
      if (readings === 1) response.end(JSON.stringify({ SecretString: SOURCES }))
    })
    vi.stubEnv('AWS_ENDPOINT_URL_SECRETS_MANAGER', store)
    const receiveEvent = doorTo(await serve(takes), { secretArn: 'event-sources' })
    const first = await receiveEvent(event)
    vi.setSystemTime(Date.now() + 20_000)

    const receptions = [await withinTime(receiveEvent({ ...event, headers: {} })), await receiveEvent(event)]

    expect([first, ...receptions]).toEqual([{ kind: 'queued' }, { kind: 'not-authentic', cause: 'unsigned' }, { kind: 'queued' }])
    expect(readings).toBe(2)
  })
})
