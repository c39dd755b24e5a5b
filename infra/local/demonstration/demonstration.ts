import { setTimeout as delay } from 'node:timers/promises'
import type { LocalVault } from '../local-vault.ts'
import { DEMONSTRATION_CALLS, type DemonstrationCall } from './calls.ts'
import { createObserver, isSettled, type Sighting } from './observer.ts'
import type { Screen } from './screen.ts'
import { sendCallEnded } from './send-event.ts'
import { type DemonstrationResult, resultOf } from './verdict.ts'

/** The schedule runs every minute, and what is late is looked for after half a minute: two rounds and some air. */
const PATIENCE_MS = 300_000
const LOOK_EVERY_MS = 400

/** Lets the calls happen, announces their ends, and watches each one to its archive. */
export async function runDemonstration(vault: LocalVault, screen: Screen, signal?: AbortSignal): Promise<readonly DemonstrationResult[]> {
  const observer = createObserver(vault)
  const announcedAt = new Map<DemonstrationCall, Date>()
  const progress = new Map<DemonstrationCall, Sighting>(DEMONSTRATION_CALLS.map((call) => [call, seen('announced')]))
  try {
    for (const call of DEMONSTRATION_CALLS) await vault.simulator.addCall(call.description)
    screen.show(progress)
    for (const call of DEMONSTRATION_CALLS) {
      announcedAt.set(call, new Date())
      await Promise.all(Array.from({ length: call.events }, () => sendCallEnded(vault, call.description)))
      progress.set(call, seen('queued'))
      screen.show(progress)
    }

    const giveUpAt = Date.now() + PATIENCE_MS
    while ([...progress.values()].some(({ stage }) => !isSettled(stage)) && Date.now() < giveUpAt) {
      await delay(LOOK_EVERY_MS, undefined, { signal })
      for (const [call, { stage }] of progress) if (!isSettled(stage)) progress.set(call, await observer.look(call))
      screen.show(progress)
    }
    return [...progress].map(([call, { row }]) => resultOf(call, row, announcedAt.get(call)))
  } finally {
    observer.close()
  }
}

const seen = (stage: Sighting['stage']): Sighting => ({ stage, skipped: [], row: undefined })
