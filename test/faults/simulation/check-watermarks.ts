import { startOf } from '#core/compare-call'
import type { CallsPage } from '#core/listed-calls'
import type { ListCallsQuery, ListedCall } from '#core/ports/call-provider'
import type { WatermarkLease } from '#core/ports/watermarks'
import type { QueueMessage } from '#core/queue-message'
import type { Sweep, SweepName } from '#core/sweep'
import type { Actor } from './actor.ts'
import type { Effect } from './port-calls.ts'
import { type Violation, violation } from './violation.ts'

export interface WatermarkCheck {
  after(effect: Effect): Violation | undefined
}

/** What one run has seen and done so far. */
interface Seen {
  readonly pages: { readonly from: Date; readonly to: Date; readonly calls: readonly ListedCall[] }[]
  /** Calls that have a row, or that the queue has. */
  readonly accounted: Set<string>
}

/** A watermark never passes a call that its run listed, before the call has a row or the queue has its message. */
export function createWatermarkCheck(): WatermarkCheck {
  const runs = new Map<Actor, Seen>()
  const marks = new Map<string, Date>()
  const seenBy = (actor: Actor) => {
    const seen = runs.get(actor) ?? { pages: [], accounted: new Set() }
    runs.set(actor, seen)
    return seen
  }

  return {
    after({ operation, actor, args, ...effect }) {
      if (!('value' in effect)) return undefined
      if (operation === 'provider.page') {
        const [{ from, to }] = args as [ListCallsQuery]
        seenBy(actor).pages.push({ from, to, calls: (effect.value as CallsPage).calls })
      }
      if (operation === 'lookup.lookUp')
        for (const callId of (effect.value as ReadonlyMap<string, unknown>).keys()) seenBy(actor).accounted.add(callId)
      if (operation === 'queue.sendAll')
        for (const { callId } of args[0] as readonly QueueMessage[]) seenBy(actor).accounted.add(String(callId))
      if (operation !== 'watermarks.save' || effect.value !== 'saved') return undefined
      const [{ organizationId }, name, sweep] = args as [WatermarkLease, SweepName, Sweep]
      return passed(seenBy(actor), `${organizationId} ${name} ${sweep.id}`, sweep)
    },
  }

  function passed({ pages, accounted }: Seen, mark: string, { from, readUntil }: Sweep): Violation | undefined {
    const before = marks.get(mark) ?? from
    marks.set(mark, readUntil)
    if (readUntil <= before) return undefined
    const read = pages.filter((page) => page.from <= before && page.to >= readUntil)
    if (read.length === 0) return violation('the watermark moves last', `to ${readUntil.toISOString()}, which its run has not read`)
    const left = read.flatMap(({ calls }) => calls).find((call) => isBefore(call, readUntil) && !accounted.has(call.id))
    return left && violation('the watermark moves last', `past ${left.id}, which has no row and is not with the queue`)
  }
}

const isBefore = (call: ListedCall, readUntil: Date) => {
  const start = startOf(call)
  return call.endedAt !== undefined && start !== undefined && start < readUntil
}
