import type { Actor } from './actor.ts'
import { errorOf, type Fault, type FaultKind, type Faults } from './faults.ts'
import { signalOf, withoutSignal } from './port-signals.ts'
import { chanceOf } from './random.ts'
import type { Scheduler } from './scheduler.ts'
import type { Trace } from './trace.ts'

export interface PortCall {
  readonly actor: Actor
  readonly port: string
  /** Such as `archive.put`. */
  readonly operation: string
  readonly args: readonly unknown[]
  /** Names it for its faults: operation, subject and how many of them there were before. */
  readonly name: string
}

/** What came of a port call that took effect: never seen by its worker where the answer is lost. */
export type Effect = PortCall & ({ readonly value: unknown } | { readonly error: unknown })

export interface Witness {
  /** When it is begun. */
  asked(call: PortCall): void
  /** Just before it takes effect. */
  before(call: PortCall): void
  after(effect: Effect): void
}

export interface PortCallOptions {
  readonly seed: number
  readonly scheduler: Scheduler
  readonly faults: Faults
  readonly witness: Witness
  readonly trace: Trace
}

export interface PortCalls {
  /** The same port, each call of which is a happening of its own, and may fail. */
  of<T extends object>(actor: Actor, port: string, target: T): T
  made(): number
}

type Answer = { readonly value: unknown } | { readonly error: unknown }

/** Turns whole ports into happenings, whatever operations they have. */
export function createPortCalls({ seed, scheduler, faults, witness, trace }: PortCallOptions): PortCalls {
  const counts = new Map<string, number>()
  let made = 0

  return {
    made: () => made,
    of: (actor, port, target) =>
      new Proxy(target, {
        get(inner, property) {
          const member: unknown = Reflect.get(inner, property)
          if (typeof member !== 'function' || typeof property !== 'string') return member
          return (...args: readonly unknown[]) => {
            const operation = `${port}.${property}`
            const perform = async () => Reflect.apply(member, inner, args.map(withoutSignal))
            return invoke({ actor, port, operation, args, name: nameOf(operation, actor) }, perform)
          }
        },
      }),
  }

  function nameOf(operation: string, { subject }: Actor): string {
    const kind = `${operation} ${subject}`
    const count = (counts.get(kind) ?? 0) + 1
    counts.set(kind, count)
    return `${kind} #${count}`
  }

  function invoke(call: PortCall, perform: () => Promise<unknown>): Promise<unknown> {
    made += 1
    witness.asked(call)
    const fault = faults.of(call.name, scheduler.seconds())
    const latency = 0.05 + chanceOf(seed, `latency ${call.name}`) ** 6 * 25
    return new Promise((resolve, reject) => {
      const answer = (given: Answer) => call.actor.resume(() => ('value' in given ? resolve(given.value) : reject(given.error)))
      const giveUp = call.actor.onAbort(signalOf(call.args), (reason) => {
        trace.port(call, 'given up')
        answer({ error: reason })
      })
      befall({ call, fault, latency, perform, answer: (given) => giveUp() && answer(given) })
    })
  }

  /** See {@link FAULT_KINDS}. */
  function befall(fated: Fated): void {
    const { call, fault, latency } = fated
    const { kind, seconds = 0 } = fault ?? {}
    const afterwards = (delay: number, happen: () => void) =>
      scheduler.at(scheduler.seconds() + delay, () => call.actor.isAlive() && happen())
    const answered: Record<FaultKind, () => void> = {
      error: () => afterwards(latency, () => fail(fated, 'failed')),
      'lost-answer': () => afterwards(latency, () => takeEffect(fated, () => fail(fated, 'the answer is lost'))),
      'late-effect': () => {
        afterwards(latency, () => fail(fated, 'failed, and takes effect later'))
        scheduler.at(scheduler.seconds() + latency + seconds, () => takeEffect(fated, () => {}))
      },
      'kill-before': () => afterwards(latency, () => kill(call, 'its worker dies before it')),
      'kill-after': () => afterwards(latency, () => takeEffect(fated, () => kill(call, 'its worker dies after it'))),
      'freeze-before': () => {
        freeze(call, seconds, 'before')
        afterwards(latency + seconds, () => takeEffect(fated, fated.answer))
      },
      'freeze-after': () =>
        afterwards(latency, () =>
          takeEffect(fated, (given) => {
            freeze(call, seconds, 'after')
            fated.answer(given)
          }),
        ),
      slow: () => afterwards(seconds, () => takeEffect(fated, fated.answer)),
    }
    if (kind === undefined) afterwards(latency, () => takeEffect(fated, fated.answer))
    else answered[kind]()
  }

  function takeEffect({ call, perform }: Fated, then: (given: Answer) => void): void {
    witness.before(call)
    const seen = (given: Answer) => {
      trace.effect(call, given)
      witness.after({ ...call, ...given })
      then(given)
    }
    perform().then(
      (value) => seen({ value }),
      (error: unknown) => seen({ error }),
    )
  }

  function fail({ call, answer }: Fated, how: string): void {
    trace.port(call, how)
    answer({ error: errorOf(call.port) })
  }

  function freeze(call: PortCall, seconds: number, when: 'before' | 'after'): void {
    trace.port(call, `its worker freezes for ${seconds} s ${when} it`)
    call.actor.freezeUntil(scheduler.seconds() + seconds)
  }

  function kill(call: PortCall, how: string): void {
    trace.port(call, how)
    call.actor.kill()
  }
}

interface Fated {
  readonly call: PortCall
  readonly fault: Fault | undefined
  readonly latency: number
  readonly perform: () => Promise<unknown>
  readonly answer: (given: Answer) => void
}
