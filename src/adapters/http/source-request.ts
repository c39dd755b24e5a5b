import { addAbortListener } from 'node:events'
import http, { type IncomingMessage, type OutgoingHttpHeaders } from 'node:http'
import https from 'node:https'
import { createCheckedLookup } from '#adapters/http/checked-lookup'
import { SourceAddressRefusedError, SourceEndedEarlyError, SourceUnavailableError } from '#core/source-errors'

/** Sends one GET and resolves to its answer, whatever its status; the body is paused. */
export type SourceRequest = (url: URL, conditions: OutgoingHttpHeaders, signal: AbortSignal) => Promise<IncomingMessage>

const ANSWER_TIMEOUT_MS = 10_000

/** A function that was frozen finds its connections dead: what idled for longer is dropped by its timer before it is used again. */
const IDLE_CONNECTION_MS = 15_000

const HEADERS = { accept: '*/*', 'accept-encoding': 'identity', 'user-agent': 'callvault' }

/**
 * @returns a request that throws, where it gets no answer, {SourceEndedEarlyError} retry: the connection was cut;
 * {SourceUnavailableError} retry; {SourceAddressRefusedError} halt
 */
export function createSourceRequest(allowInsecure: boolean): SourceRequest {
  const lookup = createCheckedLookup(allowInsecure)
  const kept = { keepAlive: true, timeout: IDLE_CONNECTION_MS }
  const plain = { send: http.request, agent: new http.Agent(kept) }
  const secure = { send: https.request, agent: new https.Agent(kept) }

  return async function request(url, conditions, signal) {
    signal.throwIfAborted()
    const { send, agent } = url.protocol === 'https:' ? secure : plain

    return await new Promise<IncomingMessage>((resolve, reject) => {
      const sent = send(url, { agent, lookup, headers: { ...HEADERS, ...conditions } })
      const timer = setTimeout(() => sent.destroy(new SourceUnavailableError('did not answer within 10 s')), ANSWER_TIMEOUT_MS)
      const abort = addAbortListener(signal, () => sent.destroy(signal.reason))
      const settle = () => {
        clearTimeout(timer)
        abort[Symbol.dispose]()
      }

      let answered = false
      sent.once('response', (response) => {
        answered = true
        settle()
        resolve(response)
      })
      sent.on('error', (error) => {
        settle()
        if (answered) return // what breaks from here on is the body's to report
        if (signal.aborted) reject(signal.reason)
        else if (wasClosedBefore(sent, error)) resolve(request(url, conditions, signal))
        else reject(asSourceError(error))
      })
      // An answer that switches protocols is none: node lets go of its connection, and says no more than that.
      sent.once('close', () => {
        settle()
        if (answered) return
        reject(signal.aborted ? signal.reason : new SourceUnavailableError('closed the connection without an answer'))
      })
      sent.end()
    })
  }
}

/** A kept connection that the other side closed while it idled says nothing about the source: a new one is opened. */
const wasClosedBefore = (sent: http.ClientRequest, error: NodeJS.ErrnoException) => sent.reusedSocket && error.code === 'ECONNRESET'

function asSourceError(error: NodeJS.ErrnoException): Error {
  if (error instanceof SourceAddressRefusedError || error instanceof SourceUnavailableError) return error
  const { code = 'no code' } = error
  if (code === 'ECONNRESET' || code === 'EPIPE') return new SourceEndedEarlyError(0, undefined, { cause: error })
  // A parser's error carries the raw answer, and with it what no log may hold.
  return new SourceUnavailableError(`could not be reached (${code})`, 'rawPacket' in error ? {} : { cause: error })
}
