import { addAbortListener } from 'node:events'
import http, { type IncomingHttpHeaders, type IncomingMessage } from 'node:http'
import https from 'node:https'
import { readLimitedBody } from '#adapters/allomia/limited-body'
import { CallvaultError } from '#core/errors'
import { ProviderUnavailableError } from '#core/provider-errors'

/** An answer of the API. The body of one that is no 200 is not read. */
export interface ApiAnswer {
  readonly status: number
  readonly headers: IncomingHttpHeaders
  readonly body: Uint8Array
}

/**
 * One GET of the API, from the connection to the last byte within 10 s. Redirects are not followed: the key is for this host alone.
 * @throws {ProviderUnavailableError} retry: no answer, or not all of it
 * @throws {ProviderAnswerUnreadableError} retry: it is longer than 1 MiB
 */
export type Exchange = (url: URL, authorization: string, signal: AbortSignal) => Promise<ApiAnswer>

const ANSWER_TIMEOUT_MS = 10_000
const ANSWER_LIMIT_BYTES = 1024 * 1024
/** A function that was frozen finds its connections dead: what idled for longer is dropped before it is used again. */
const IDLE_CONNECTION_MS = 15_000

/** On node:http, since fetch ends the whole process by an assertion of its own where a peer closes behind an unread body. */
export function createExchange(): Exchange {
  const kept = { keepAlive: true, timeout: IDLE_CONNECTION_MS }
  const plain = { send: http.request, agent: new http.Agent(kept) }
  const secure = { send: https.request, agent: new https.Agent(kept) }

  return async function exchange(url, authorization, signal) {
    signal.throwIfAborted()
    const timeout = AbortSignal.timeout(ANSWER_TIMEOUT_MS)
    const either = AbortSignal.any([signal, timeout])
    try {
      const response = await ask(url, authorization, either)
      return await answerFrom(response, either)
    } catch (error) {
      if (signal.aborted) throw signal.reason
      if (error instanceof CallvaultError) throw error
      if (timeout.aborted) throw new ProviderUnavailableError('did not answer within 10 s')
      throw new ProviderUnavailableError(`could not be reached (${codeOf(error)})`)
    }
  }

  function ask(url: URL, authorization: string, signal: AbortSignal): Promise<IncomingMessage> {
    const { send, agent } = url.protocol === 'https:' ? secure : plain
    const headers = { authorization, accept: 'application/json', 'accept-encoding': 'identity', 'user-agent': 'callvault' }

    return new Promise((resolve, reject) => {
      const sent = send(url, { agent, headers, signal })
      let answered = false
      sent.once('response', (response) => {
        answered = true
        resolve(response)
      })
      sent.on('error', (error) => {
        if (answered) return // what breaks from here on is the body's to report
        if (wasClosedBefore(sent, error)) resolve(ask(url, authorization, signal))
        else reject(error)
      })
      // An answer that switches protocols is none: node lets go of its connection, and says no more than that.
      sent.once('close', () => {
        if (!answered) reject(new ProviderUnavailableError('closed the connection without an answer'))
      })
      sent.end()
    })
  }
}

/** A kept connection that the other side closed while it idled says nothing about the API: a new one is opened. */
const wasClosedBefore = (sent: http.ClientRequest, error: NodeJS.ErrnoException) => sent.reusedSocket && error.code === 'ECONNRESET'

async function answerFrom(response: IncomingMessage, signal: AbortSignal): Promise<ApiAnswer> {
  const { statusCode: status = 0, headers } = response
  if (status !== 200) {
    response.destroy() // costs the connection, and no time: an error's body may never end
    return { status, headers, body: new Uint8Array() }
  }
  using _abort = addAbortListener(signal, () => response.destroy(signal.reason))
  return { status, headers, body: await readLimitedBody(response, ANSWER_LIMIT_BYTES) }
}

/** The code alone: a parser's error carries the raw answer, and with it what no log may hold. */
const codeOf = (error: unknown) => (error instanceof Error && 'code' in error ? String(error.code) : 'no code')
