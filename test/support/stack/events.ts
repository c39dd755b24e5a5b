import { randomUUID } from 'node:crypto'
import { Webhook } from 'standardwebhooks'
import type { LocalVault } from '#local/local-vault'

export interface EventRequest {
  readonly path: string
  readonly method?: string
  readonly headers?: Readonly<Record<string, string>>
  readonly body?: string
}

/** What senders do at the door, well or badly. */
export function createSender({ eventsUrl, senders }: Pick<LocalVault, 'eventsUrl' | 'senders'>) {
  return {
    /** An event as the voice provider signs it. `body` may be anything. */
    sign(body: string, at = new Date()): EventRequest & { readonly headers: Readonly<Record<string, string>> } {
      const id = `msg_${randomUUID()}`
      const headers = {
        'content-type': 'application/json',
        'webhook-id': id,
        'webhook-timestamp': String(Math.floor(at.getTime() / 1_000)),
        'webhook-signature': new Webhook(senders.voiceSecret).sign(id, at, body),
      }
      return { path: '/voice', headers, body }
    },
    async post({ path, method = 'POST', headers = {}, body }: EventRequest): Promise<{ status: number; body: unknown }> {
      const response = await fetch(`${eventsUrl}${path}`, {
        method,
        headers,
        ...(body !== undefined && { body }),
        signal: AbortSignal.timeout(30_000),
      })
      return { status: response.status, body: await response.json() }
    },
  }
}

/** The event of a call's end, as the source `voice` has it. */
export const callEnded = (callId: string, organizationId?: string): string =>
  JSON.stringify({ type: 'call.ended', data: { callId, ...(organizationId !== undefined && { organizationId }) } })
