import type { After } from '#core/ports/timer'
import type { Scheduler } from './scheduler.ts'

/** One invocation of a worker or of the schedule. It may end, freeze for a while, or die: then nothing reaches it any more. */
export interface Actor {
  /** In the trace. */
  readonly label: string
  /** What it is about: a call's id, a callback, or the schedule. */
  readonly subject: string
  readonly signal: AbortSignal
  isAlive(): boolean
  isFrozen(): boolean
  kill(): void
  freezeUntil(seconds: number): void
  /** Goes on with it: now, or when it is no longer frozen, or never. */
  resume(go: () => void): void
  /** What to do should the signal abort before the function that it returns was called; that one tells whether it was in time. */
  onAbort(signal: AbortSignal | undefined, giveUp: (reason: unknown) => void): () => boolean
  readonly after: After
  /** Its time is up: whatever it waits for is given up. */
  abort(): void
}

/** A callback is never taken for a call, though it may have the same id. */
export const callbackSubject = (outboundCallId: string) => `outbound#${outboundCallId}`

export interface ActorOptions {
  readonly label: string
  readonly subject: string
  readonly scheduler: Scheduler
  /** Someone else may take its place: it died, or froze. */
  readonly onStill: () => void
}

export function createActor({ label, subject, scheduler, onStill }: ActorOptions): Actor {
  const controller = new AbortController()
  let [alive, frozenUntil] = [true, -1]
  const isFrozen = () => scheduler.seconds() < frozenUntil

  const actor: Actor = {
    label,
    subject,
    signal: controller.signal,
    isAlive: () => alive,
    isFrozen,
    kill() {
      alive = false
      onStill()
    },
    freezeUntil(seconds) {
      frozenUntil = Math.max(frozenUntil, Math.floor(seconds)) // the clock knows no less than milliseconds
      onStill()
    },
    resume(go) {
      if (!alive) return
      if (isFrozen()) scheduler.at(frozenUntil, () => actor.resume(go))
      else go()
    },
    onAbort(signal, giveUp) {
      let isOpen = true
      const close = () => {
        const wasOpen = isOpen
        isOpen = false
        signal?.removeEventListener('abort', abort)
        return wasOpen
      }
      const abort = () => close() && giveUp(signal?.reason)
      signal?.addEventListener('abort', abort)
      return close
    },
    after(seconds, act) {
      let isOpen = true
      scheduler.at(scheduler.seconds() + seconds, () => actor.resume(() => isOpen && act()))
      return () => {
        isOpen = false
      }
    },
    // A worker that stood still past its time may go on for a moment before it notices: the answer it waits for comes first.
    abort: () => (isFrozen() ? scheduler.at(frozenUntil + 1, () => actor.abort()) : alive && controller.abort()),
  }
  return actor
}
