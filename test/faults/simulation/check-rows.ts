import { isDeepStrictEqual } from 'node:util'
import type { CallRow, RowSubject } from '#core/call-row'
import type { ClaimedCall, ClaimRequest } from '#core/claim'
import { addSeconds } from '#core/instants'
import { MEDIA_NAMES } from '#core/manifest-schema'
import type { FetchedCall } from '#core/ports/call-provider'
import { ProviderThrottledError } from '#core/provider-errors'
import type { Waits } from '#core/settings'
import type { Actor } from './actor.ts'
import type { ObjectCheck } from './check-objects.ts'
import { expectedClaim } from './expected-claim.ts'
import { expectedContent } from './expected-content.ts'
import type { ForgetfulCatalog } from './forgetful-catalog.ts'
import { EPOCH } from './plan.ts'
import type { Effect, PortCall } from './port-calls.ts'
import { RETRY_AFTER_SECONDS } from './troubled-answers.ts'
import { type Violation, violation } from './violation.ts'
import type { World } from './world.ts'

interface Owner {
  readonly actor: Actor
  readonly fence: number
  readonly leaseUntil: Date
  readonly isWorking: boolean
  /** What the bucket had when it claimed. */
  readonly revisions: number
  /** It was to compare what is archived with its sources. */
  readonly compares: boolean
}

/** What no call is to blame for: it waits, however long. */
const NOT_ITS_FAULT =
  /^(PROVIDER_(UNAUTHORIZED|FORBIDDEN|THROTTLED|UNAVAILABLE)|SETTINGS_UNAVAILABLE|CONFIGURATION_INVALID|ARCHIVE_UNAVAILABLE)$/

export interface RowCheck {
  /** When it is begun: what it does may come much later. */
  asked(call: PortCall): Violation | undefined
  /** Just before it takes effect. */
  before(call: PortCall): void
  after(effect: Effect): Violation | undefined
  /** The catalog forgot it: whoever owned it owns nothing any more. */
  forget(callId: string): void
  /** Whether it claimed its call, has not written its outcome, and nobody claimed it since. */
  owns(actor: Actor): boolean
}

export interface RowCheckOptions {
  readonly catalog: ForgetfulCatalog
  readonly objects: ObjectCheck
  readonly world: World
  readonly waits: Waits
  readonly now: () => Date
}

/** What the catalog says, at any time, and who may change it. */
export function createRowCheck({ catalog, objects, world, waits, now }: RowCheckOptions): RowCheck {
  const owners = new Map<string, Owner>()
  const fetched = new Map<Actor, FetchedCall>()
  const claimants = new WeakSet<Actor>()
  const leases = new WeakMap<Actor, Date>()
  const notBefore = new WeakMap<Actor, Date>()
  const rowsBefore = new Map<PortCall['name'], CallRow | undefined>()

  return {
    asked({ operation, args, actor }) {
      const lease = leases.get(actor)
      const isLate = operation === 'archive.put' && String(args[0]).startsWith('manifests/') && lease !== undefined && now() >= lease
      return isLate ? violation('who is late begins to commit nothing', actor.subject) : undefined
    },
    before(call) {
      if (call.operation === 'catalog.write' || call.operation === 'catalog.claim') rowsBefore.set(call.name, rowOf(subjectOf(call)))
    },
    after(effect) {
      if (effect.operation === 'provider.getCall' && !claimants.has(effect.actor))
        return violation('who did not claim asks nobody', effect.actor.subject)
      if (effect.operation === 'provider.getCall' && 'error' in effect && effect.error instanceof ProviderThrottledError)
        notBefore.set(effect.actor, addSeconds(now(), RETRY_AFTER_SECONDS))
      if ('error' in effect) return undefined
      if (effect.operation === 'catalog.outdate') return afterOutdate(effect.actor.subject)
      // What an attempt commits is what it saw first; later answers give it fresh links, and no more.
      if (effect.operation === 'provider.getCall' && !fetched.has(effect.actor)) fetched.set(effect.actor, effect.value as FetchedCall)
      if (effect.operation === 'catalog.claim') return afterClaim(effect, effect.value)
      if (effect.operation === 'catalog.write') return afterWrite(effect, effect.value)
      return undefined
    },
    forget: (callId) => void owners.delete(callId),
    owns: (actor) => {
      const owner = owners.get(actor.subject)
      return owner?.actor === actor && owner.isWorking
    },
  }

  function rowOf({ callId, subject }: RowSubject): CallRow | undefined {
    return catalog.row(callId, subject)
  }

  function afterOutdate(callId: string): Violation | undefined {
    owners.delete(callId)
    const row = catalog.row(callId)
    const isDue = row?.next !== undefined && row.next.dueAt <= now()
    return row === undefined || isDue ? undefined : violation('a late owner’s manifest makes its row due', callId)
  }

  function afterClaim({ actor, name, args }: PortCall, value: unknown): Violation | undefined {
    const { kind, claim } = value as { kind: string; claim?: ClaimedCall }
    const request = args[0] as ClaimRequest
    const { now } = request
    const callId = actor.subject
    const owner = owners.get(callId)
    const isLeased = owner?.isWorking === true && owner.leaseUntil > now
    const expected = expectedClaim(rowsBefore.get(name), isLeased, request)
    rowsBefore.delete(name)
    if (kind !== 'claimed' || claim === undefined) return kind === expected ? undefined : unexpected(request, kind, expected)

    claimants.add(actor)
    leases.set(actor, claim.leaseUntil)
    const revisions = objects.revisions(callId).length
    const compares = claim.row.committed !== undefined && claim.row.next?.reason === 'recheck'
    owners.set(callId, { actor, fence: claim.fence, leaseUntil: claim.leaseUntil, isWorking: true, revisions, compares })
    if (owner !== undefined && claim.fence <= owner.fence) return violation('fences rise', `${callId}: ${claim.fence} after ${owner.fence}`)
    if (owner !== undefined && isLeased)
      return violation('a lease keeps others out', `${callId}: fence ${claim.fence} within the lease of ${owner.fence}`)
    const { dueAt, reason } = rowOf(request)?.next ?? {}
    if (dueAt === undefined || dueAt > claim.leaseUntil)
      return violation('a dead owner’s call comes back', `${callId} is due at ${dueAt?.toISOString()}`)
    if (request.trigger === 'operator' && reason !== 'recheck')
      return violation('a dead owner’s comparison is made', `${callId}: ${reason}`)
    return kind === expected ? undefined : unexpected(request, kind, expected)
  }

  function afterWrite({ actor, name, args }: PortCall, value: unknown): Violation | undefined {
    const row = args[1] as CallRow
    const owner = owners.get(actor.subject)
    const [before, after] = [rowsBefore.get(name), rowOf(row)]
    rowsBefore.delete(name)
    if (owner?.actor !== actor) {
      return value === 'superseded' && isDeepStrictEqual(before, after)
        ? undefined
        : violation('a late owner changes nothing', `${row.callId}: ${name} was ${value}`)
    }
    if (value !== 'written') return violation('an owner’s outcome is written', `${row.callId}: ${name} was ${value}`)
    owners.set(actor.subject, { ...owner, isWorking: false })
    const earliest = notBefore.get(actor)
    if (earliest !== undefined && row.lastErrorCode === 'PROVIDER_THROTTLED' && row.next !== undefined && row.next.dueAt < earliest)
      return violation('Retry-After is obeyed', `${row.callId} is due at ${row.next.dueAt.toISOString()}`)
    if (row.subject === 'outbound') return checkExplained(row)
    if (owner.compares && !fetched.has(actor) && row.next !== undefined && row.next.reason !== 'recheck')
      return violation('a comparison that could not be made is made later', `${row.callId} is due to ${row.next.reason}`)
    return checkExplained(row) ?? checkRow(row) ?? checkRefused(row) ?? checkFollowed(row, owner.revisions) ?? checkContent(actor, row)
  }

  function checkExplained({ callId, state, artifacts, next, lastErrorCode }: CallRow): Violation | undefined {
    const awaits = Object.values(artifacts).some((artifact) => artifact.state === 'awaited')
    if (state === 'failed' && lastErrorCode === undefined) return violation('a failed row says why', callId)
    if (state === 'failed' && NOT_ITS_FAULT.test(lastErrorCode ?? ''))
      return violation('no row is failed for what it is not to blame for', `${callId}: ${lastErrorCode}`)
    const isAwaited = state !== 'failed' && next === undefined && (state === 'pending' || awaits)
    return isAwaited ? violation('what is awaited is due', callId) : undefined
  }

  function checkRow({ callId, state, committed }: CallRow): Violation | undefined {
    if (state === 'archived' && committed === undefined) return violation('an archived row has its manifest', callId)
    if (state === 'pending' && committed !== undefined) return violation('a pending row has no revision', callId)
    if (committed === undefined) return undefined
    const revision = objects.revisions(callId)[committed.revision - 1]
    const isThere = revision?.sha256 === committed.manifestSha256 && revision.key === committed.manifestKey
    return isThere ? undefined : violation('an archived row has its manifest', `${callId} says revision ${committed.revision}`)
  }

  /** One artifact that is refused ends the wait for another only when that one's wait is over. */
  function checkRefused({ callId, state, lastErrorCode, artifacts, committed }: CallRow): Violation | undefined {
    if (state !== 'failed' || lastErrorCode !== 'SOURCE_ADDRESS_REFUSED' || committed === undefined) return undefined
    const call = world.call(callId)
    const waiting = MEDIA_NAMES.find(
      (name) => artifacts[name]?.state === 'awaited' && call?.[name].troubles.every(({ what }) => what !== 'refused'),
    )
    const isOver = call !== undefined && now() >= addSeconds(EPOCH, call.endedAt + waits.artifactWaitHours * 3_600)
    return waiting === undefined || isOver
      ? undefined
      : violation('one refused artifact does not end the wait for the other', `${callId}: ${waiting}`)
  }

  /** Who ends well knows every revision that was there when it claimed. */
  function checkFollowed({ callId, committed, lastErrorCode }: CallRow, revisions: number): Violation | undefined {
    if (committed === undefined || lastErrorCode !== undefined || committed.revision >= revisions) return undefined
    return violation('the newest revision is followed', `${callId} says ${committed.revision} of ${revisions}`)
  }

  /** Who ends well says what it fetched, or that someone else knows better and the call is due. */
  function checkContent(actor: Actor, { callId, committed, artifacts, fields, next, lastErrorCode }: CallRow): Violation | undefined {
    const seen = fetched.get(actor)
    fetched.delete(actor)
    const isDueNow = next !== undefined && next.dueAt <= now()
    if (committed === undefined || lastErrorCode !== undefined || isDueNow) return undefined
    if (seen !== undefined && !isDeepStrictEqual(fields, seen.call.fields)) return violation('a settled row has the call’s fields', callId)
    const content = seen && expectedContent(seen.call.fields, Object.values(artifacts))
    return content === committed.contentSha256
      ? undefined
      : violation('a settled row says what was fetched', `${callId} revision ${committed.revision}`)
  }
}

/** What a claim or a write is about. */
function subjectOf({ operation, args }: PortCall): RowSubject {
  return operation === 'catalog.claim' ? (args[0] as ClaimRequest) : (args[1] as CallRow)
}

const unexpected = ({ callId, trigger }: ClaimRequest, kind: string, expected: string) =>
  violation('who may claim is as the table says', `${callId} by ${trigger}: ${kind} instead of ${expected}`)
