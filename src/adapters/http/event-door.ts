import { EventNotTakenError } from '#core/operator-errors'
import type { EventDoor } from '#core/ports/event-door'

/** API Gateway itself answers within 30 s. */
const TIMEOUT_MS = 35_000
const MAX_ANSWER_BYTES = 64 * 1_024

/** The door of a deployed stack, over HTTP. */
export function createHttpEventDoor(): EventDoor {
  return {
    async post({ url, headers, body }, signal) {
      try {
        const bounded = AbortSignal.any([signal, AbortSignal.timeout(TIMEOUT_MS)])
        const response = await fetch(url, { method: 'POST', headers, body, redirect: 'manual', signal: bounded })
        return { status: response.status, body: jsonOrText(await beginningOf(response)) }
      } catch (cause) {
        signal.throwIfAborted()
        // What fetch says may quote the URL, which may hold a token: its code alone goes on.
        throw new EventNotTakenError(`gave no answer (${codeOf(cause)})`)
      }
    },
  }
}

function codeOf(error: unknown): string {
  const { name, code, cause } = error as { name?: string; code?: unknown; cause?: unknown }
  if (typeof code === 'string' && /^[A-Z][A-Z_0-9]+$/.test(code)) return code
  return cause instanceof Error ? codeOf(cause) : `${name}`
}

async function beginningOf({ body }: Response): Promise<string> {
  const pieces: Uint8Array[] = []
  let bytes = 0
  for await (const piece of body ?? []) {
    pieces.push(piece)
    bytes += piece.length
    if (bytes > MAX_ANSWER_BYTES) break
  }
  return Buffer.concat(pieces).toString()
}

function jsonOrText(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return text
  }
}
