import { addAbortListener } from 'node:events'
import { assertCallId } from '#core/call-id'
import { awaitsSomething, type CallRow } from '#core/call-row'
import { type Finding, handbook, ok, problem, unknown } from '#core/doctor/finding'
import { addSeconds } from '#core/instants'
import type { createOrderArchival } from '#core/order-archival'
import type { Attempts, WatchedRow } from '#core/ports/attempts'
import type { After } from '#core/ports/timer'
import type { VerifyCalls } from '#core/verify-calls'

export interface CanaryPorts {
  readonly orderArchival: ReturnType<typeof createOrderArchival>
  readonly attempts: Attempts
  readonly verifyCalls: VerifyCalls
  readonly now: () => Date
  readonly after: After
}

export interface CanaryOrder {
  readonly callId: string
  readonly requestId: string
  /** Told how far it is, each time that this changes. */
  readonly tell: (sentence: string) => void
}

/** As long as an attempt may live. */
export const CANARY_WAIT_SECONDS = 300
const LOOK_EVERY_SECONDS = 1

export type RunCanary = ReturnType<typeof createRunCanary>

/**
 * Sends one call the whole way, and reads every byte that came of it. A call that is archived already is fetched again and compared.
 *
 * nobody at work on it -> order -> claimed (the fence rises) -> released -> verify
 */
export function createRunCanary(ports: CanaryPorts) {
  return async function runCanary({ callId, requestId, tell }: CanaryOrder, signal: AbortSignal): Promise<readonly Finding[]> {
    assertCallId(callId)
    const deadline = addSeconds(ports.now(), CANARY_WAIT_SECONDS)
    const waitFor = createWait(ports, { callId, deadline, tell }, signal)

    const before = await waitFor((watched) => !isOwned(watched, ports.now()))
    const [ordered] = await ports.orderArchival([callId], requestId)
    if (ordered?.outcome !== 'sent') return [unknown('canary', `the queue did not take ${callId}`, 'try again', 'QUEUE_UNAVAILABLE')]
    tell(`${callId} is sent to the queue`)

    const fence = before?.fence ?? 0
    const after = await waitFor((watched) => watched !== undefined && watched.fence > fence && !isOwned(watched, ports.now()))
    if (after === undefined || after.fence <= fence) {
      const sentence = `nobody took ${callId} from the queue within ${CANARY_WAIT_SECONDS} s; it still waits there`
      return [problem('canary', sentence, `callvault status; ${handbook('The queue grows')}`)]
    }
    if (isOwned(after, ports.now())) {
      return [
        unknown('canary', `${callId} is still at work after ${CANARY_WAIT_SECONDS} s`, `callvault show ${callId} tells how far it is`),
      ]
    }
    return [...troubles(after.row), ...(await outcome(ports, after.row, tell, signal))]
  }
}

const isOwned = (watched: WatchedRow | undefined, now: Date) => watched?.leaseUntil !== undefined && watched.leaseUntil > now

interface Waiting extends Pick<CanaryOrder, 'callId' | 'tell'> {
  readonly deadline: Date
}

/** Looks until the row is so, or the time is over; gives it as it stands then. */
function createWait({ attempts, now, after }: CanaryPorts, { callId, deadline, tell }: Waiting, signal: AbortSignal) {
  let told = ''
  return async function waitFor(isSo: (watched: WatchedRow | undefined) => boolean): Promise<WatchedRow | undefined> {
    for (;;) {
      signal.throwIfAborted()
      const watched = await attempts.watch(callId)
      if (isSo(watched) || now() >= deadline) return watched
      const sentence = isOwned(watched, now()) ? `${callId} is at work` : `${callId} waits in the queue`
      if (sentence !== told) tell(sentence)
      told = sentence
      await pause(after, signal)
    }
  }
}

const pause = (after: After, signal: AbortSignal) =>
  new Promise<void>((resolve, reject) => {
    const cancel = after(LOOK_EVERY_SECONDS, () => {
      listener[Symbol.dispose]()
      resolve()
    })
    const listener = addAbortListener(signal, () => {
      cancel()
      reject(signal.reason)
    })
  })

/** What the attempt met, whatever is committed. */
const troubles = ({ callId, state, lastErrorCode }: CallRow): readonly Finding[] =>
  lastErrorCode === undefined ? [] : [problem('canary', `${callId} is ${state}: its last attempt met an error`, undefined, lastErrorCode)]

async function outcome(
  { verifyCalls }: CanaryPorts,
  row: CallRow,
  tell: CanaryOrder['tell'],
  signal: AbortSignal,
): Promise<readonly Finding[]> {
  const { callId, partition, committed, next, lastErrorCode } = row
  if (partition === undefined || committed === undefined) {
    if (lastErrorCode !== undefined) return []
    const again = next === undefined ? '' : `; it is looked for again at ${next.dueAt.toISOString()}`
    return [unknown('canary', `nothing of ${callId} is committed yet: something is awaited${again}`, `callvault show ${callId}, later`)]
  }

  tell(`${callId} is archived, revision ${committed.revision}: every byte is read now`)
  const findings: Finding[] = []
  for await (const { problems, objects, readBytes } of verifyCalls(
    { scope: { kind: 'call', callId, partition }, attested: false, jobs: 1 },
    signal,
  )) {
    findings.push(...problems.map(({ key, sentence }) => problem('canary', `${key} ${sentence}`, `touch nothing; ${handbook('A halt')}`)))
    const awaited = awaitsSomething(row) ? '; what is awaited comes in a later revision' : ''
    const right = `${callId}, revision ${committed.revision}: ${objects} objects, ${readBytes} bytes read, all as their manifest says${awaited}`
    if (problems.length === 0) findings.push(ok('canary', right))
  }
  const isGone = findings.length === 0
  return isGone
    ? [problem('canary', `${callId} is archived by the catalog's word, and the bucket has nothing of it`, handbook('A halt'))]
    : findings
}
