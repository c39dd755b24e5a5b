import { awaitsSomething, type CallRow, committedFrom, mediaArtifactsOf } from '#core/call-row'
import type { CommittedManifest } from '#core/commit-revision'
import type { CallvaultError } from '#core/errors'
import { addSeconds, earlier } from '#core/instants'
import { CallNotFoundError } from '#core/provider-errors'
import type { Waits } from '#core/settings'
import { nextLookAt, nextTryAt, type Random, type WaitWindow } from '#core/waits'

const HOUR_SECONDS = 3_600

export interface OutcomeContext {
  readonly now: Date
  readonly random: Random
  /** Undefined where the settings could not be read: then nothing is given up for having waited too long. */
  readonly waits: Waits | undefined
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
  if (waitedTooLong(failing, error, context)) return givenUp(failing)
  return { ...failing, next: { dueAt: tryAgainAt(failing, error, context), reason: row.next?.reason ?? 'archive' } }
}

/** An attempt after which something may still be awaited: looked for again later, or left for a person. */
export function afterLooking(row: CallRow, errors: readonly CallvaultError[], context: LookContext): CallRow {
  const error = errors.find(({ disposition }) => disposition !== 'retry') ?? errors[0]
  if (error === undefined) return { ...row, failures: 0, failingSince: undefined, lastErrorCode: undefined, next: nextLook(row, context) }

  const { window, now } = context
  const failing = countFailure(row, error, context)
  const tryAgain = error.disposition === 'retry' ? tryAgainAt(failing, error, context) : window.graceEndsAt
  // Until something is committed, not even a refused artifact keeps the other one from it: the end of the grace commits what is there.
  if (row.committed === undefined) return { ...failing, next: { dueAt: earlier(tryAgain, window.graceEndsAt), reason: 'archive' } }

  if (error.disposition !== 'retry') return failed(failing)
  const isOver = awaitsSomething(row) ? now >= window.waitEndsAt : waitedTooLong(failing, error, context)
  return isOver ? givenUp(failing) : { ...failing, next: { dueAt: tryAgain, reason: awaitsSomething(row) ? 'artifacts' : 'recheck' } }
}

/** The row as its newest manifest has it. */
export function settledFrom(row: CallRow, { manifest, sha256, key }: CommittedManifest, fields: CallRow['fields'] = row.fields): CallRow {
  const partition = row.partition ?? key.slice('manifests/'.length, key.lastIndexOf('/'))
  return {
    ...row,
    state: 'archived',
    partition,
    committed: committedFrom(manifest, sha256, key),
    artifacts: mediaArtifactsOf(manifest),
    fields,
    failures: 0,
    failingSince: undefined,
    lastErrorCode: undefined,
    next: undefined,
  }
}

/** Another attempt committed what this one does not know: a fresh claim with a fresh fetch decides. */
export const dueNow = (row: CallRow, now: Date): CallRow => ({ ...row, next: { dueAt: now, reason: 'settle' } })

const failed = (row: CallRow): CallRow => ({ ...row, state: 'failed', next: undefined })

/** A person has to look, unless all there was is archived: then only the one more look is given up. */
const givenUp = (row: CallRow) => (row.committed === undefined || awaitsSomething(row) ? failed(row) : { ...row, next: undefined })

function nextLook(row: CallRow, { from, window, now, random, waits, isRecheck }: LookContext): CallRow['next'] {
  const { committed } = row
  if (awaitsSomething(row))
    return { dueAt: nextLookAt(from, window, now, random), reason: committed === undefined ? 'archive' : 'artifacts' }
  if (isRecheck || waits.recheckAfterHours === 0) return undefined
  return { dueAt: addSeconds(now, waits.recheckAfterHours * HOUR_SECONDS), reason: 'recheck' }
}

function countFailure(row: CallRow, error: CallvaultError, { now }: OutcomeContext): CallRow {
  const counted = error.counted ? { failures: row.failures + 1, failingSince: row.failingSince ?? now } : {}
  return { ...row, ...counted, lastErrorCode: error.code }
}

/** A record that never appeared is waited for from first sight; everything else from its first failure. */
function waitedTooLong(row: CallRow, error: CallvaultError, { now, waits }: OutcomeContext): boolean {
  const since = error instanceof CallNotFoundError && row.committed === undefined ? row.firstSeenAt : row.failingSince
  return error.counted && since !== undefined && waits !== undefined && now >= addSeconds(since, waits.artifactWaitHours * HOUR_SECONDS)
}

const tryAgainAt = (row: CallRow, error: CallvaultError, { now, random }: OutcomeContext) =>
  nextTryAt(error.counted ? row.failures : 0, error.retryAfterSeconds, now, random)
