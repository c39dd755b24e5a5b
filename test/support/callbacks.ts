import { addSeconds } from '#core/instants'
import { createMatchCallback } from '#core/match-callback'
import type { CallbackMessage, Trigger } from '#core/queue-message'
import { CALL_ENDED_AT, type createVault, createVaultWithCall, record, SETTINGS } from '#test/support/vault'

export const ENDED_AT = CALL_ENDED_AT.toISOString()
export const TWO_ORGANIZATIONS = { ...SETTINGS, allomia: { ...SETTINGS.allomia, organizationIds: ['org_1', 'org_2'] } }
const OUTBOUND = { callType: 'Outbound' }

/** A vault that gets callbacks: the real matching on the real archive-call, over the same twins. */
export function callbacksTo(vault: ReturnType<typeof createVault>, settings = SETTINGS) {
  const matchCallback = createMatchCallback({
    ...vault,
    settings: { current: async () => settings, reread: async () => settings },
    archiveCall: (message, _deadline, signal) => vault.deliver(message.trigger, message, signal),
    random: () => 0.5,
  })

  return {
    ...vault,
    call(fields: Readonly<Record<string, unknown>>) {
      vault.provider.setCall(record({ ...OUTBOUND, ...fields }))
    },
    callback(trigger: Trigger = 'event', fields: Partial<CallbackMessage> = {}, signal = AbortSignal.timeout(10_000)) {
      const message: CallbackMessage = {
        version: 1,
        trigger,
        outboundCallId: 'out_1',
        source: 'allomia',
        receivedAt: vault.now().toISOString(),
        requestId: 'request-1',
        ...fields,
      }
      return matchCallback(message, addSeconds(vault.now(), 300), signal)
    },
    row: () => vault.catalog.read('out_1', 'outbound'),
    archived: () => vault.manifests().map(({ callId }) => callId),
  }
}

/** Its provider has one outbound call, `call_1`, that ended at `ENDED_AT`. */
export const withCall = (settings = SETTINGS) => callbacksTo(createVaultWithCall(OUTBOUND), settings)
