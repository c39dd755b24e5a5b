import { awaitsSomething, type CallRow, committedFrom, type DueReason, hasUncommitted, isAwaited, mediaArtifactsOf } from '#core/call-row'
import type { CallvaultError } from '#core/errors'
import type { ArtifactTrouble } from '#core/gather-artifacts'
import { addSeconds, earlier, HOUR_SECONDS } from '#core/instants'
import type { StoredManifest } from '#core/manifest'
import type { Trigger } from '#core/queue-message'
import type { Waits } from '#core/settings'
import { nextLookAt, nextTryAt, nextTryInTroubleAt, type Random, type WaitWindow } from '#core/waits'

export interface OutcomeContext {
  readonly now: Date
  readonly random: Random
  /** Undefined where the settings could not be read: then nothing is given up for having waited too long. */
  readonly waits: Waits | undefined
  /** No manifest can be there that the row does not know. */
  readonly knowsNewest: boolean
}

export interface LookContext extends OutcomeContext {
  /** From when waiting is counted: the call's end, else its creation, else first sight. */
  readonly from: Date
  readonly window: WaitWindow
  readonly waits: Waits
  /** This attempt was the one more look at a complete call: none follows it. */
  readonly isRecheck: boolean
}

/** An attempt that ended with an error: tried again later, or left for a person. */
export function afterError(row: CallRow, error: CallvaultError, context: OutcomeContext): CallRow {
  const failing = countFailure(row, error, context)
  if (error.disposition !== 'retry') return failed(failing)
  if (waitedTooLong(failing, error, context)) return givenUp(failing, context)
  return { ...failing, next: { dueAt: tryAgainAt(failing, error, context), reason: row.next?.reason ?? 'archive' } }
}

/** An attempt after which something may still be awaited: looked for again later, or left for a person. */
export function afterLooking(row: CallRow, troubles: readonly ArtifactTrouble[], context: LookContext): CallRow {
  const refused = troubles.filter(({ error }) => error.disposition !== 'retry')
  const { error } = refused[0] ?? troubles[0] ?? {}
  if (error === undefined) return { ...row, failures: 0, failingSince: undefined, lastErrorCode: undefined, next: nextLook(row, context) }

  const { from, window, now, random, isRecheck } = context
  const failing = countFailure(row, error, context)
  const tryAgain = tryAgainAt(failing, error, context)
  // Until something is committed, not even a refused artifact keeps the other one from it: the end of the grace commits what is there.
  if (row.committed === undefined) {
    const lookAgain = awaitsAnother(row, refused) ? nextLookAt(from, window, now, random) : window.graceEndsAt
    const dueAt = earlier(refused.length > 0 ? lookAgain : tryAgain, window.graceEndsAt)
    return { ...failing, next: { dueAt, reason: row.next?.reason ?? 'archive' } }
  }

  const reason = isRecheck || !awaitsSomething(row) ? 'recheck' : 'artifacts'
  const isWaitOver = now >= window.waitEndsAt && troubles.every(({ error }) => error.counted)
  if (refused.length > 0) {
    const mayStillCome = !isWaitOver && awaitsAnother(row, refused)
    return mayStillCome ? { ...failing, next: { dueAt: nextLookAt(from, window, now, random), reason } } : failed(failing)
  }
  const isOver = awaitsSomething(row) ? isWaitOver : waitedTooLong(failing, error, context)
  return isOver ? givenUp(failing, context) : { ...failing, next: { dueAt: tryAgain, reason } }
}

/** The row as its newest manifest has it. */
export function settledFrom(row: CallRow, { manifest, sha256, key }: StoredManifest): CallRow {
  const partition = row.partition ?? key.slice('manifests/'.length, key.lastIndexOf('/'))
  return {
    ...row,
    state: 'archived',
    partition,
    committed: committedFrom(manifest, sha256, key),
    artifacts: mediaArtifactsOf(manifest),
    failures: 0,
    failingSince: undefined,
    lastErrorCode: undefined,
    next: undefined,
  }
}

/** Another attempt committed what this one did not know: a fresh claim with a fresh fetch decides, and compares what this one was to. */
export const dueNow = (row: CallRow, now: Date, reason: DueReason | undefined): CallRow => ({
  ...row,
  next: { dueAt: now, reason: reason === 'recheck' ? reason : 'settle' },
})

/** The row as an attempt goes on with it: what a person sends again is no longer failed, and is given its whole patience again. */
export function takenUp(row: CallRow, trigger: Trigger): CallRow {
  if (trigger !== 'operator' && row.state !== 'failed') return row
  return { ...row, state: row.committed === undefined ? 'pending' : 'archived', failures: 0, failingSince: undefined }
}

const awaitsAnother = ({ artifacts }: CallRow, refused: readonly ArtifactTrouble[]) =>
  Object.values(artifacts).some((artifact) => isAwaited(artifact) && refused.every(({ name }) => name !== artifact.name))

const failed = (row: CallRow): CallRow => ({ ...row, state: 'failed', next: undefined })

/** A person has to look, unless all there was is archived: then only the one more look is given up. */
function givenUp(row: CallRow, { knowsNewest }: OutcomeContext): CallRow {
  const isAllArchived = row.committed !== undefined && knowsNewest && !awaitsSomething(row) && !hasUncommitted(row)
  return isAllArchived ? { ...row, next: undefined } : failed(row)
}

function nextLook(row: CallRow, { from, window, now, random, waits, isRecheck }: LookContext): CallRow['next'] {
  const reason = row.committed === undefined ? (row.next?.reason ?? 'archive') : 'artifacts'
  if (awaitsSomething(row)) return { dueAt: nextLookAt(from, window, now, random), reason }
  if (isRecheck || waits.recheckAfterHours === 0) return undefined
  return { dueAt: addSeconds(now, waits.recheckAfterHours * HOUR_SECONDS), reason: 'recheck' }
}

function countFailure(row: CallRow, error: CallvaultError, { now }: OutcomeContext): CallRow {
  const counted = error.counted ? { failures: row.failures + 1, failingSince: row.failingSince ?? now } : {}
  return { ...row, ...counted, lastErrorCode: error.code }
}

/** Counted from the first of the failures in a row: for a record that never appears, from first sight. */
const waitedTooLong = ({ failingSince }: CallRow, { counted }: CallvaultError, { now, waits }: OutcomeContext) =>
  counted && failingSince !== undefined && waits !== undefined && now >= addSeconds(failingSince, waits.artifactWaitHours * HOUR_SECONDS)

const tryAgainAt = (row: CallRow, error: CallvaultError, { now, random }: OutcomeContext) =>
  error.counted
    ? nextTryAt(row.failures, error.retryAfterSeconds, now, random)
    : nextTryInTroubleAt(row.firstSeenAt, error.retryAfterSeconds, now, random)
