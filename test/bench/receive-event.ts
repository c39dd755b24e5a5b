import { Console } from 'node:console'
import { cpus } from 'node:os'
import { Writable } from 'node:stream'
import type { APIGatewayProxyEventV2, Context } from 'aws-lambda'
import { createTelemetry } from '#adapters/telemetry/telemetry'
import { parseEventSources } from '#config/event-sources'
import { createReceiveEvent, type IncomingEvent } from '#core/receive-event'
import { createHandler } from '#functions/receive-event/handler'
import { gatewayEventOf } from '../support/gateway/gateway-event.ts'
import { SAMPLE_SENDERS, SAMPLE_SOURCES, SIGNED_AT, TOKEN } from '../support/senders/sample-senders.ts'
import { createMemoryQueue } from '../support/twins/memory-queue.ts'

const WARM_UP_ROUNDS = 5
const ROUNDS = 15
const REQUESTS = 400
const BAR_MS = 1
const CONTEXT = { awsRequestId: 'lambda-1', functionName: 'receive-event', getRemainingTimeInMillis: () => 10_000 } as Context

/** Everything the function does for a request but the queue's own time: lines are made, and go nowhere. */
function createWarmHandler() {
  const sources = parseEventSources(JSON.stringify(SAMPLE_SOURCES))
  const current = async () => sources
  const queue = createMemoryQueue()
  const nowhere = new Writable({ write: (_chunk, _encoding, done) => done() })
  const telemetry = createTelemetry('receive-event', 'INFO')
  for (const part of [telemetry.log, telemetry.metrics]) Object.assign(part, { console: new Console({ stdout: nowhere, stderr: nowhere }) })
  const receiveEvent = createReceiveEvent({ sources: { current, reread: current }, queue, now: () => SIGNED_AT })
  const handler = createHandler({ receiveEvent, ...telemetry })

  return async (request: APIGatewayProxyEventV2): Promise<number> => {
    const { statusCode = 0 } = (await handler(request, CONTEXT)) as { statusCode?: number }
    queue.take()
    return statusCode
  }
}

function requestOf(event: IncomingEvent): APIGatewayProxyEventV2 {
  const request = gatewayEventOf({ ...event, url: event.pathToken === undefined ? event.url : `${event.url}/${event.pathToken}` })
  if (request === undefined) throw new Error(`No route takes ${event.url}.`)
  return request
}

async function cpuMilliseconds(requests: number, send: () => Promise<number>): Promise<number> {
  const before = process.cpuUsage()
  for (let sent = 0; sent < requests; sent += 1) await send()
  const { user, system } = process.cpuUsage(before)
  return (user + system) / 1_000 / requests
}

const median = (values: readonly number[]) => [...values].sort((one, other) => one - other)[Math.floor(values.length / 2)] ?? Number.NaN

const LARGE = Buffer.from(JSON.stringify({ type: 'call.ended', data: { callId: 'call_1' }, note: 'é'.repeat(130_000) }))
const signed = SAMPLE_SENDERS.find(({ name }) => name === 'standard-webhooks')?.event as IncomingEvent
const formed = SAMPLE_SENDERS.find(({ name }) => name === 'twilio')?.event as IncomingEvent
const requests: readonly (readonly [string, IncomingEvent])[] = [
  ...SAMPLE_SENDERS.map(({ name, event }) => [name, event] as const),
  [
    'token, 255 KiB',
    {
      ...signed,
      source: 'token',
      url: signed.url.replace('standard-webhooks', 'token'),
      headers: { 'x-callvault-token': TOKEN },
      body: LARGE,
    },
  ],
  ['forged', { ...signed, body: Buffer.from('{}') }],
  ['forged, 255 KiB', { ...signed, body: LARGE }],
  ['forged form of 65,000 fields', { ...formed, body: Buffer.from('a=1&'.repeat(65_000)) }],
  ['forged form of 900 fields', { ...formed, body: Buffer.from('abc=1234&'.repeat(900)) }],
  ['too large, 4 MiB', { ...signed, body: Buffer.alloc(4 * 1_024 ** 2, 0xe9) }],
]

const send = createWarmHandler()
const rows = []
for (const [name, event] of requests) {
  const request = requestOf(event)
  const count = event.body.length > 100_000 ? REQUESTS / 10 : REQUESTS
  await cpuMilliseconds(WARM_UP_ROUNDS * count, () => send(request))
  const rounds = []
  for (let round = 0; round < ROUNDS; round += 1) rounds.push(await cpuMilliseconds(count, () => send(request)))
  rows.push({
    request: name,
    answer: await send(request),
    'CPU ms (median)': Number(median(rounds).toFixed(3)),
    'CPU ms (slowest round)': Number(Math.max(...rounds).toFixed(3)),
    'bar held': median(rounds) <= BAR_MS,
  })
}
console.table(rows)
console.log(
  `bar: ${BAR_MS} ms of CPU for a warm request without the queue's own time; Node ${process.version}, ${cpus().length} x ${cpus()[0]?.model}`,
)
