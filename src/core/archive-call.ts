import { createCallLinks } from '#core/call-links'
import { isPlaceUncertain, manifestElsewhere, placeOf } from '#core/call-place'
import { awaitsSomething, type CallRow, organizationIdOf } from '#core/call-row'
import { type Claim, type ClaimedCall, copiesUntilOf, leaseUntilOf } from '#core/claim'
import { createCommitRevision, newestManifest } from '#core/commit-revision'
import type { CopyPorts } from '#core/copy-artifact'
import { asCallvaultError, type CallvaultError, DeadlineReachedError } from '#core/errors'
import { createGatherArtifacts, type GatherRequest } from '#core/gather-artifacts'
import { secondsBetween } from '#core/instants'
import { contentSha256, type StoredManifest } from '#core/manifest'
import type { MediaArtifact } from '#core/manifest-schema'
import type { CallCatalog } from '#core/ports/call-catalog'
import type { CallProvider } from '#core/ports/call-provider'
import type { LiveDocument } from '#core/ports/live-document'
import { endOf, type ProviderCall } from '#core/provider-call'
import type { CallMessage } from '#core/queue-message'
import { retentionFor } from '#core/retention'
import { afterError, afterLooking, dueNow, type LookContext, settledFrom, takenUp } from '#core/row-outcomes'
import type { RetentionMode, Settings, Waits } from '#core/settings'
import { type Random, waitWindow } from '#core/waits'

export interface ArchiveCallPorts extends CopyPorts {
  readonly catalog: CallCatalog
  readonly provider: CallProvider
  readonly settings: LiveDocument<Settings>
  readonly retentionMode: RetentionMode
  readonly now: () => Date
  readonly random: Random
  /** Of callvault, for the manifest. */
  readonly version: string
}

/** What became of one message. Everything but `row` may be logged. */
export interface ArchiveOutcome {
  readonly kind:
    | Exclude<Claim['kind'], 'claimed'>
    | 'archived'
    | 'unchanged'
    | 'postponed'
    | 'rescheduled'
    | 'failed'
    | 'caught-up'
    | 'superseded'
  /** The provider's word, else the message's; undefined where neither is known. */
  readonly organizationId?: string | undefined
  /** How long it took. */
  readonly seconds?: number
  readonly fence?: number
  readonly revision?: number | undefined
  readonly errors: readonly CallvaultError[]
  /** The message named another organization than the provider does. */
  readonly organizationDiffers?: boolean
  /** False: its organization is not configured, so that nobody looks for the calls of it that no event announces. */
  readonly isCovered?: boolean
  /** How long after its end (else its first sight) a call was archived for the first time. */
  readonly secondsFromEnd?: number
}

export type ArchiveCall = ReturnType<typeof createArchiveCall>

/**
 * Archives one call: one revision per content, whatever the number of deliveries.
 *
 * claim -> catch up with manifests -> fetch -> gather artifacts -> commit -> write the row
 * A crash between any two steps is rolled forward by the next attempt. Once claimed, every outcome is one write of the row.
 */
export function createArchiveCall(ports: ArchiveCallPorts) {
  const { archive, catalog, provider, settings, now, random } = ports
  const gatherArtifacts = createGatherArtifacts(ports)
  const commitRevision = createCommitRevision(ports)

  /** @throws {CatalogUnavailableError} nothing could be written: the message has to come back */
  return async function archiveCall(message: CallMessage, deadline: Date, signal: AbortSignal): Promise<ArchiveOutcome> {
    const { callId, trigger, organizationId } = message
    const receivedAt = new Date(message.receivedAt)
    const startedAt = now()
    const seconds = () => secondsBetween(startedAt, now())
    const claimed = await catalog.claim({ callId, trigger, organizationId, receivedAt, now: startedAt, leaseUntil: leaseUntilOf(deadline) })
    if (claimed.kind !== 'claimed') return { kind: claimed.kind, organizationId, seconds: seconds(), errors: [] }

    const claim = { ...claimed.claim, row: takenUp(claimed.claim.row, trigger) }
    const progress: Progress = { row: claim.row, waits: undefined, reached: 'claim' }
    const { row, ...outcome } = await attemptOrReschedule(message, claim, progress, signal)
    const written = await writeOrOutdate(claim, row, progress)
    const kind = written === 'superseded' ? 'superseded' : outcome.kind
    const known = { organizationId: organizationIdOf(row) ?? organizationId, fence: claim.fence, revision: row.committed?.revision }
    return { ...outcome, ...known, kind, seconds: seconds() }
  }

  /** Whoever may have committed, and cannot say so in the row, makes it due. */
  async function writeOrOutdate(claim: ClaimedCall, row: CallRow, { reached }: Progress): Promise<'written' | 'superseded'> {
    const outdate = async () => (reached === 'commit' ? catalog.outdate(row.callId, now()) : undefined)
    try {
      const written = await catalog.write(claim, row)
      if (written === 'superseded') await outdate()
      return written
    } catch (error) {
      await outdate().catch(() => {}) // what cannot be written now can seldom be written in another way
      throw error
    }
  }

  async function attemptOrReschedule(
    message: CallMessage,
    claim: ClaimedCall,
    progress: Progress,
    signal: AbortSignal,
  ): Promise<Attempted> {
    try {
      return await attempt(message, claim, progress, signal)
    } catch (thrown) {
      const error = signal.aborted ? new DeadlineReachedError() : asCallvaultError(thrown)
      const { waits, reached } = progress
      const row = afterError(progress.row, error, { now: now(), random, waits, knowsNewest: reached === 'fetch' })
      return { kind: row.state === 'failed' ? 'failed' : 'rescheduled', row, errors: [error] }
    }
  }

  async function attempt(message: CallMessage, claim: ClaimedCall, progress: Progress, signal: AbortSignal): Promise<Attempted> {
    const document = await settings.current()
    progress.waits = document.waits
    const missed = await manifestBeyond(claim.row, signal)
    if (missed !== undefined) return { ...caughtUp(claim.row, missed), errors: [] }

    progress.reached = 'fetch'
    const fetchCall = (until: AbortSignal) => provider.getCall(message.callId, organizationOf(message, claim.row), until)
    const fetched = await fetchCall(signal)
    const elsewhere = await manifestElsewhere(archive, claim.row, fetched.call, signal)
    if (elsewhere !== undefined) return { ...caughtUp(claim.row, elsewhere), errors: [] }

    const plan = planFor(fetched.call, claim, document)
    const { artifacts, troubles } = await gatherArtifacts({ ...plan, links: createCallLinks(fetched, fetchCall) }, signal)
    const row = withFindings(claim.row, plan, artifacts)
    progress.row = worthKeeping(row, claim.row)
    signal.throwIfAborted()

    const seen = {
      errors: troubles.map(({ error }) => error),
      organizationDiffers: message.organizationId !== undefined && message.organizationId !== fetched.call.organizationId,
      isCovered: document.allomia.organizationIds.includes(fetched.call.organizationId),
    }
    if (isPlaceUncertain(claim.row, fetched.call))
      return { kind: 'postponed', row: { ...row, next: { dueAt: now(), reason: row.next?.reason ?? 'archive' } }, ...seen }
    if (isWorthWaiting(row, plan)) return { kind: 'postponed', row: afterLooking(row, troubles, plan), ...seen }
    if (row.committed?.contentSha256 === contentSha256(fetched.call, artifacts)) {
      return { ...concluded('unchanged', afterLooking(row, troubles, plan)), ...seen }
    }

    const references = Object.values(claim.row.artifacts).filter((artifact) => artifact.state === 'stored')
    const { place, retention } = plan
    const draft = {
      fetched,
      artifacts,
      references,
      place,
      previous: row.committed,
      retention,
      message,
      now: now(),
      leaseUntil: claim.leaseUntil,
    }
    progress.reached = 'commit'
    const { kind, newest } = await commitRevision(draft, signal)
    if (kind === 'overtaken') return { ...caughtUp(row, newest), ...seen }
    const first = row.committed === undefined ? { secondsFromEnd: secondsBetween(plan.from, now()) } : {}
    return { ...concluded('archived', afterLooking(settledFrom(row, newest), troubles, plan)), ...seen, ...first }
  }

  function caughtUp(row: CallRow, newest: StoredManifest) {
    return { kind: 'caught-up' as const, row: dueNow(settledFrom(row, newest), now(), row.next?.reason) }
  }

  /** A crashed or late owner may have committed what its row does not say. Asked first, of rows that have revisions. */
  async function manifestBeyond({ callId, committed, partition }: CallRow, signal: AbortSignal): Promise<StoredManifest | undefined> {
    if (committed === undefined || partition === undefined) return undefined
    return newestManifest(archive, { partition, callId }, committed.revision + 1, signal)
  }

  function planFor(call: ProviderCall, claim: ClaimedCall, { waits, retention }: Settings): AttemptPlan {
    const { row, fence } = claim
    const from = endOf(call, now()) ?? row.firstSeenAt
    const partition = placeOf(row, call)
    return {
      call,
      known: row.artifacts,
      isRecheck: isRecheck(row),
      copiesUntil: copiesUntilOf(claim),
      place: { partition, callId: call.id, fence },
      retention: retentionFor(call, ports.retentionMode, retention, now()),
      from,
      window: waitWindow(from, waits),
      waits,
      now: now(),
      random,
      knowsNewest: true,
    }
  }
}

type Attempted = ArchiveOutcome & { readonly row: CallRow }

/** What an attempt that fails half-way leaves behind: artifacts that are stored need not be copied again. */
interface Progress {
  row: CallRow
  waits: Waits | undefined
  /** `fetch`: it knows the newest manifest. `commit`: it may have written one itself, even where an error says otherwise. */
  reached: 'claim' | 'fetch' | 'commit'
}

/** What was asked for before anything was committed is no comparison. */
const isRecheck = ({ committed, next }: CallRow) => committed !== undefined && next?.reason === 'recheck'

/** Only to choose an API key: which organization a call belongs to is the provider's answer. */
const organizationOf = ({ organizationId }: CallMessage, row: CallRow) => organizationId ?? organizationIdOf(row)

type AttemptPlan = Omit<GatherRequest, 'links'> & LookContext

const withFindings = (row: CallRow, { call, place }: AttemptPlan, artifacts: readonly MediaArtifact[]): CallRow => ({
  ...row,
  partition: place.partition,
  fields: call.fields,
  artifacts: Object.fromEntries(artifacts.map((artifact) => [artifact.name, artifact])),
})

/**
 * What a failed attempt stored of what was missing need not be copied again. Whatever else it found is left out: until it is
 * committed the row goes on with what is, since the source may change back.
 */
function worthKeeping(row: CallRow, before: CallRow): CallRow {
  if (before.committed === undefined) return row
  const isStored = ([, artifact]: [string, MediaArtifact]) => artifact.state === 'stored'
  const [found, known] = [Object.entries(row.artifacts).filter(isStored), Object.entries(before.artifacts).filter(isStored)]
  return { ...row, fields: before.fields, artifacts: { ...before.artifacts, ...Object.fromEntries([...found, ...known]) } }
}

/** Within the grace nothing is committed before all is there: one revision instead of two. */
const isWorthWaiting = (row: CallRow, { now, window }: LookContext) =>
  awaitsSomething(row) && row.committed === undefined && now < window.graceEndsAt

/** A row may end `failed` although something was archived: a person has to look at the rest. */
const concluded = (kind: 'archived' | 'unchanged', row: CallRow) => ({ kind: row.state === 'failed' ? ('failed' as const) : kind, row })
