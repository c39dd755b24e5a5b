import { randomUUID } from 'node:crypto'
import { Webhook } from 'standardwebhooks'
import type { LocalVault } from '../local-vault.ts'

/** Announces the end of a call as a voice provider would: signed by the Standard Webhooks reference implementation. */
export async function sendCallEnded(
  { eventsUrl, senders }: Pick<LocalVault, 'eventsUrl' | 'senders'>,
  call: { id: string; organizationId: string },
) {
  const body = JSON.stringify({ type: 'call.ended', data: { callId: call.id, organizationId: call.organizationId } })
  const id = `msg_${randomUUID()}`
  const at = new Date()
  const response = await fetch(`${eventsUrl}/voice`, {
    method: 'POST',
    headers: {
      'content-type': 'application/json',
      'webhook-id': id,
      'webhook-timestamp': String(Math.floor(at.getTime() / 1_000)),
      'webhook-signature': new Webhook(senders.voiceSecret).sign(id, at, body),
    },
    body,
    signal: AbortSignal.timeout(30_000),
  })
  if (response.status !== 202) throw new Error(`The event of ${call.id} was answered ${response.status}: ${await response.text()}`)
  await response.body?.cancel()
}
