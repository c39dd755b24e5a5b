import { Console } from 'node:console'
import { generateKeyPairSync, type KeyObject, sign } from 'node:crypto'
import { cpus } from 'node:os'
import { Writable } from 'node:stream'
import type { APIGatewayProxyEventV2, Context } from 'aws-lambda'
import { createTelemetry } from '#adapters/telemetry/telemetry'
import { parseEventSources } from '#config/event-sources'
import { createReceiveEvent, type IncomingEvent } from '#core/receive-event'
import { createHandler } from '#functions/receive-event/handler'
import { gatewayEventOf } from '../support/gateway/gateway-event.ts'
import { EVENTS_URL, SAMPLE_SENDERS, SAMPLE_SOURCES, SIGNED_AT, TOKEN } from '../support/senders/sample-senders.ts'
import { createMemoryQueue } from '../support/twins/memory-queue.ts'

const WARM_UP_ROUNDS = 5
const ROUNDS = 15
const REQUESTS = 400
const BAR_MS = 1
const CONTEXT = { awsRequestId: 'lambda-1', functionName: 'receive-event', getRemainingTimeInMillis: () => 10_000 } as Context

/** With as many secrets and keys as a source can have: each is tried on whatever a stranger sends. */
const FULL_SOURCES = {
  'ten-secrets': {
    preset: 'zoom',
    secrets: Array.from({ length: 10 }, (_, index) => `a-secret-of-the-benchmark-${index}`),
    pointers: { callId: '/id' },
  },
  'three-keys': {
    preset: 'standard-webhooks',
    publicKeys: Array.from({ length: 3 }, () => `whpk_${publicKeyOf(generateKeyPairSync('ed25519').publicKey)}`),
    pointers: { callId: '/id' },
  },
}

function publicKeyOf(key: KeyObject): string {
  return Buffer.from(key.export({ format: 'jwk' }).x ?? '', 'base64url').toString('base64')
}

/** Everything the function does for a request but the queue's own time: lines are made, and go nowhere. */
function createWarmHandler() {
  const sources = parseEventSources(JSON.stringify({ ...SAMPLE_SOURCES, ...FULL_SOURCES }))
  const current = async () => sources
  const queue = createMemoryQueue()
  const nowhere = new Writable({ write: (_chunk, _encoding, done) => done() })
  const telemetry = createTelemetry({ serviceName: 'receive-event', functionName: 'receive-event', logLevel: 'INFO' })
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

const SOME_KEY = generateKeyPairSync('ed25519').privateKey
const LARGE = Buffer.from(JSON.stringify({ type: 'call.ended', data: { callId: 'call_1' }, note: 'é'.repeat(130_000) }))
const signed = SAMPLE_SENDERS.find(({ name }) => name === 'standard-webhooks')?.event as IncomingEvent
const formed = SAMPLE_SENDERS.find(({ name }) => name === 'twilio')?.event as IncomingEvent
const zoomed = SAMPLE_SENDERS.find(({ name }) => name === 'zoom')?.event as IncomingEvent
const ed25519Signed: IncomingEvent = {
  ...signed,
  source: 'three-keys',
  url: `${EVENTS_URL}/three-keys`,
  headers: {
    ...signed.headers,
    'webhook-signature': Array.from({ length: 3 }, () => `v1a,${sign(null, Buffer.alloc(1), SOME_KEY).toString('base64')}`).join(' '),
  },
}
const PLUSES = Array.from({ length: 999 }, (_, index) => `${index}${'x'.repeat(28)}=${'+'.repeat(30)}`).join('&')
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
  ['forged, 255 KiB, 10 secrets', { ...zoomed, source: 'ten-secrets', url: `${EVENTS_URL}/ten-secrets`, body: LARGE }],
  ['forged, 255 KiB, 3 Ed25519 signatures, 3 keys', { ...ed25519Signed, body: LARGE }],
  ['forged, 3 Ed25519 signatures, 3 keys', ed25519Signed],
  ['forged form of 999 names and plus signs, 64 KiB', { ...formed, body: Buffer.from(PLUSES) }],
  ['forged form of one field of plus signs, 64 KiB', { ...formed, body: Buffer.from(`a=${'+'.repeat(64 * 1_024 - 2)}`) }],
  ['forged form of one field of %C3%A9, 64 KiB', { ...formed, body: Buffer.from(`a=${'%C3%A9'.repeat(10_900)}`) }],
  ['forged form of 65,000 fields', { ...formed, body: Buffer.from('a=1&'.repeat(65_000)) }],
  ['forged form of 900 fields', { ...formed, body: Buffer.from('abc=1234&'.repeat(900)) }],
  ['too large, 4 MiB', { ...signed, body: Buffer.alloc(4 * 1_024 ** 2, 0xe9) }],
]

const deliver = createWarmHandler()
const rows = []
for (const [name, event] of requests) {
  const request = requestOf(event)
  const count = event.body.length > 100_000 ? REQUESTS / 10 : REQUESTS
  await cpuMilliseconds(WARM_UP_ROUNDS * count, () => deliver(request))
  const rounds = []
  for (let round = 0; round < ROUNDS; round += 1) rounds.push(await cpuMilliseconds(count, () => deliver(request)))
  rows.push({
    request: name,
    answer: await deliver(request),
    'CPU ms (median)': Number(median(rounds).toFixed(3)),
    'CPU ms (slowest round)': Number(Math.max(...rounds).toFixed(3)),
    'bar held': median(rounds) <= BAR_MS,
  })
}
console.table(rows)
console.log(
  `bar: ${BAR_MS} ms of CPU for a warm request without the queue's own time; Node ${process.version}, ${cpus().length} x ${cpus()[0]?.model}`,
)
