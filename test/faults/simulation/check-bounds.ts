import type { ApiTrouble, Plan } from './plan.ts'
import type { Effect } from './port-calls.ts'
import { type Violation, violation } from './violation.ts'

/** An attempt asks the provider once, and again for a fresh link before each of the three downloads that an artifact may cost. */
const REQUESTS_PER_ATTEMPT = 1 + 2 * 3
/**
 * Looks for what is late are a third further apart each time, from half a minute to six hours: about thirty for a call that is
 * waited for three days, twice that where errors come in between.
 */
const LOOKS = 60
/** A comparison that fails is tried again for three days: pauses double from half a minute to six hours, ten times, then four a day. */
const LOOKS_PER_COMPARISON = 25
/** What is not the call's fault is tried again every two minutes or so, as long as it lasts. */
const SECONDS_PER_REFUSED_LOOK = 100
const REFUSALS: readonly ApiTrouble[] = ['unauthorized', 'forbidden', 'throttled', 'unavailable']

export interface BoundCheck {
  after(effect: Effect): Violation | undefined
}

/** How often a call may be attempted: by its own looks, and by what was done to it. Something that feeds itself would go beyond. */
export function createBoundCheck(plan: Plan, counts: { faultsMet(): number }): BoundCheck {
  const attempts = new Map<string, number>()
  const requests = new Map<unknown, number>()
  return {
    after({ operation, actor, ...effect }) {
      if (operation === 'catalog.claim' && 'value' in effect && isClaimed(effect.value)) {
        const count = increment(attempts, actor.subject)
        const most = boundOf(plan, actor.subject) + 3 * counts.faultsMet()
        if (count > most) return violation('attempts are bounded', `${actor.subject}: attempt ${count}, at most ${most} expected`)
      }
      if (operation !== 'provider.getCall') return undefined
      const asked = increment(requests, actor)
      return asked > REQUESTS_PER_ATTEMPT ? violation('requests are bounded', `${actor.subject}: ${asked} in one attempt`) : undefined
    },
  }
}

function boundOf({ calls, messages, losses, callbacks = [] }: Plan, callId: string): number {
  const call = calls.find(({ id }) => id === callId)
  const ofCall = messages.filter((message) => message.callId === callId)
  const delivered = copiesOf(ofCall)
  // The one a day later, those that an operator asks for, and two when all is over.
  const comparisons = 3 + copiesOf(ofCall.filter(({ trigger }) => trigger === 'operator'))
  const refused = (call?.troubles ?? []).filter(({ what }) => REFUSALS.includes(what)).reduce((sum, { from, to }) => sum + to - from, 0)
  const lives = 1 + losses.filter((loss) => loss.callId === callId).length // a row that is lost begins anew
  // Each callback may lead to each call, as long as it is looked for.
  const announced = LOOKS * callbacks.length + callbacks.reduce((total, { delays }) => total + delays.length, 0)
  return announced + lives * (LOOKS + LOOKS_PER_COMPARISON * comparisons) + delivered + refused / SECONDS_PER_REFUSED_LOOK
}

const copiesOf = (messages: Plan['messages']) => messages.reduce((total, { delays }) => total + delays.length, 0)

const isClaimed = (value: unknown) => typeof value === 'object' && value !== null && Reflect.get(value, 'kind') === 'claimed'

function increment<K>(counts: Map<K, number>, key: K): number {
  const count = (counts.get(key) ?? 0) + 1
  counts.set(key, count)
  return count
}
