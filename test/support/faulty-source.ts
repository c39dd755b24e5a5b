import { once } from 'node:events'
import type { OutgoingHttpHeaders, RequestListener, ServerResponse } from 'node:http'
import { setTimeout as delay } from 'node:timers/promises'

export interface Entity {
  readonly body: Buffer
  readonly etag?: string
}

/** How one request is answered. */
export interface Turn {
  readonly entity?: Entity
  readonly status?: number
  /** Over those that it would have; undefined takes one away. */
  readonly headers?: OutgoingHttpHeaders
  readonly givesRanges?: boolean
  /** Gives a part of whatever it has by now. */
  readonly ignoresIfRange?: boolean
  /** Gives a part of the right length that begins so many bytes too early, and says so. */
  readonly partIsEarlyBy?: number
  /** Its length is not declared. */
  readonly isChunked?: boolean
  /** The sizes of its writes, over and over. */
  readonly writes?: readonly number[]
  readonly pauseMilliseconds?: number
  /** The connection is reset where so many bytes of the entity were sent, or falls silent. */
  readonly resetsAt?: number
  readonly stallsAt?: number
  /** The connection ends in good order there, in the middle of the body. */
  readonly endsAt?: number
  /** Neither a length nor chunks: the end of the connection is the end of the body. */
  readonly endsByClosing?: boolean
  /** When all that is sent was sent. */
  readonly onSent?: () => void
}

/** Answers each request by its turn, the last one over and over. */
export function faultySource(turns: readonly Turn[]): RequestListener {
  let asked = 0
  return (request, response) => {
    asked += 1
    const turn = turns[Math.min(asked, turns.length) - 1] ?? {}
    response.on('error', () => {})
    void answer(turn, request.headers.range, String(request.headers['if-range']), response)
  }
}

async function answer(turn: Turn, range: string | undefined, ifRange: string, response: ServerResponse): Promise<void> {
  const { entity = { body: Buffer.alloc(0) }, status = 200, headers = {}, givesRanges = true, isChunked = false } = turn
  const { body, etag } = entity
  const isPart = status === 200 && givesRanges && range !== undefined && (ifRange === etag || turn.ignoresIfRange === true)
  const early = isPart ? (turn.partIsEarlyBy ?? 0) : 0
  const from = isPart ? Math.max(0, Number(/^bytes=(\d+)-$/.exec(range)?.[1]) - early) : 0
  const whole = body.length - early
  const all: OutgoingHttpHeaders = {
    'content-type': 'audio/wav',
    ...(!isChunked && !turn.endsByClosing && { 'content-length': whole - from }),
    ...(etag !== undefined && { etag }),
    ...(isPart && { 'content-range': `bytes ${from}-${whole - 1}/${body.length}` }),
    ...headers,
  }
  if (turn.endsByClosing) response.useChunkedEncodingByDefault = false
  response.writeHead(isPart ? 206 : status, Object.fromEntries(Object.entries(all).filter(([, value]) => value !== undefined)))
  response.flushHeaders()

  const end = Math.min(turn.resetsAt ?? turn.stallsAt ?? turn.endsAt ?? whole, whole)
  await send(body.subarray(from, Math.max(from, end)), turn, response)
  turn.onSent?.()
  if (turn.resetsAt !== undefined) response.socket?.resetAndDestroy()
  else if (turn.endsAt !== undefined) response.socket?.destroySoon()
  else if (turn.stallsAt === undefined) response.end()
}

async function send(bytes: Buffer, { writes = [65_536], pauseMilliseconds }: Turn, response: ServerResponse): Promise<void> {
  let at = 0
  for (let index = 0; at < bytes.length && !response.destroyed; index += 1) {
    const size = writes[index % writes.length] ?? 65_536
    const hasRoom = response.write(bytes.subarray(at, at + size))
    at += size
    if (pauseMilliseconds !== undefined) await delay(pauseMilliseconds)
    else if (!hasRoom) await roomIn(response)
  }
  // What was written has to leave before the connection may break.
  if (!response.destroyed) await new Promise<void>((resolve) => response.write('', () => resolve()))
}

async function roomIn(response: ServerResponse): Promise<void> {
  const settled = new AbortController()
  const either = { signal: settled.signal }
  await Promise.race([once(response, 'drain', either), once(response, 'close', either)]).finally(() => settled.abort())
}
