import type { IncomingHttpHeaders, ServerResponse } from 'node:http'
import { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'

/** A request, taken apart. */
export interface Asked {
  readonly method: string
  readonly url: URL
  /** The path's parts, percent-decoded. */
  readonly segments: readonly string[]
  readonly headers: IncomingHttpHeaders
  /** The whole body as text. @throws {BodyTooLargeError} */
  readBody(): Promise<string>
}

export interface Answer {
  readonly status: number
  readonly headers?: Readonly<Record<string, string>>
  readonly body?: string | Readable
  /** Ends the connection after the body instead of the answer: less arrives than Content-Length said. */
  readonly cut?: boolean
}

/** Answers whose Content-Length would speak of another answer's body. */
const BODILESS = [204, 304]

export function json(status: number, value: unknown, headers: Readonly<Record<string, string>> = {}): Answer {
  return { status, headers: { 'content-type': 'application/json; charset=utf-8', ...headers }, body: JSON.stringify(value) }
}

/** An error as the API words it. */
export function refused(status: number, error: string, headers?: Readonly<Record<string, string>>): Answer {
  return json(status, { error }, headers)
}

/** Sends the whole answer. A client that goes away midway is its own affair. */
export async function send(response: ServerResponse, { status, headers, body = '', cut }: Answer): Promise<void> {
  if (typeof body === 'string') {
    const length = BODILESS.includes(status) ? {} : { 'content-length': String(Buffer.byteLength(body)) }
    response.writeHead(status, { ...length, ...headers }).end(body)
    return
  }
  response.writeHead(status, headers)
  try {
    await pipeline(body, response, { end: !cut })
  } catch {
    // Past the headers there is no status left to send: a broken body shows as a cut connection.
    response.destroy()
  }
  if (cut) response.socket?.destroySoon()
}

/** `source`, no faster than `bytesPerSecond`, in ten steps a second. */
export function paced(source: Readable, bytesPerSecond: number): Readable {
  const stepBytes = Math.max(1, Math.floor(bytesPerSecond / 10))
  const stepMilliseconds = (1_000 * stepBytes) / bytesPerSecond

  async function* steps() {
    for await (const chunk of source as AsyncIterable<Buffer>) {
      for (let at = 0; at < chunk.length; at += stepBytes) {
        yield chunk.subarray(at, at + stepBytes)
        await new Promise((resolve) => setTimeout(resolve, stepMilliseconds))
      }
    }
  }
  return Readable.from(steps(), { objectMode: false })
}
