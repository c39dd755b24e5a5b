import type { Mutant } from './mutant.ts'

const ATTEMPT = 'src/core/archive-call.ts'
const CALLBACK = 'src/core/match-callback.ts'
const GATHER = 'src/core/gather-artifacts.ts'
const OUTCOMES = 'src/core/row-outcomes.ts'
const WAITS = 'src/core/waits.ts'

/** How long what is missing is waited for, and what is said of it in the end. */
export const WAITING_MUTANTS: readonly Mutant[] = [
  {
    name: 'an error leaves the call without a dueAt',
    file: OUTCOMES,
    edits: [[`next: { dueAt: tryAgainAt(failing, error, context), reason: row.next?.reason ?? 'archive' } }`, 'next: undefined }']],
  },
  {
    name: 'what is awaited is without a dueAt',
    file: OUTCOMES,
    edits: [['if (awaitsSomething(row)) return {', 'if (awaitsSomething(row)) return undefined\n  if (false) return {']],
  },
  {
    name: 'a call is given up without being failed',
    file: OUTCOMES,
    edits: [[`({ ...row, state: 'failed', next: undefined })`, '({ ...row, next: undefined })']],
  },
  {
    name: 'no error is ever waited for too long',
    file: OUTCOMES,
    edits: [['counted && failingSince !== undefined', 'false && failingSince !== undefined']],
  },
  {
    name: 'a call is failed for what the provider refuses to all',
    file: OUTCOMES,
    edits: [
      ['const counted = error.counted ?', 'const counted = true ?'],
      ['counted && failingSince !== undefined', 'failingSince !== undefined'],
    ],
  },
  {
    name: 'a call is failed for an archive that takes nothing',
    file: OUTCOMES,
    edits: [[' && troubles.every(({ error }) => error.counted)', '']],
  },
  {
    name: 'one refused artifact ends the wait for the other',
    file: OUTCOMES,
    edits: [['const mayStillCome = !isWaitOver && awaitsAnother(row, refused)', 'const mayStillCome = false']],
  },
  {
    name: 'a copy that could not be committed is given up quietly',
    file: OUTCOMES,
    edits: [[' && !hasUncommitted(row)', '']],
  },
  {
    name: 'a comparison that fails early is not made any more',
    file: OUTCOMES,
    edits: [
      [
        `dueAt: tryAgainAt(failing, error, context), reason: row.next?.reason ?? 'archive' } }`,
        `dueAt: tryAgainAt(failing, error, context), reason: row.committed === undefined ? 'archive' : 'settle' } }`,
      ],
    ],
  },
  {
    name: 'a callback is settled by the first call that fits',
    file: CALLBACK,
    edits: [['(matched.callIds !== undefined && isEnough)', 'matched.callIds !== undefined']],
  },
  {
    name: 'a callback that finds no call is done',
    file: CALLBACK,
    edits: [['if (matched.callIds === undefined) throw new CallNotFoundError()', '']],
  },
  {
    name: 'a callback forgets the calls that it led to',
    file: CALLBACK,
    edits: [['const matched = withCalls(row, calls)', `const matched = withCalls({ ...row, callIds: undefined }, calls)`]],
  },
  {
    name: 'what was given up is awaited anew after an error',
    file: GATHER,
    edits: [[`known !== undefined && known.state !== 'awaited' && isWaitOver(request)`, 'false']],
  },
  {
    name: 'a comparison is followed by another for ever',
    file: OUTCOMES,
    edits: [['if (isRecheck || waits', 'if (waits']],
  },
  {
    name: 'tries after errors do not become seldomer',
    file: WAITS,
    edits: [['SHORTEST_DELAY_SECONDS * 2 ** (failures - 1)', 'SHORTEST_DELAY_SECONDS']],
  },
  {
    name: 'looks for what is late do not become seldomer',
    file: WAITS,
    edits: [['bounded(Math.abs(secondsBetween(from, now)) / 3)', 'SHORTEST_DELAY_SECONDS']],
  },
  {
    name: 'the grace never ends',
    file: ATTEMPT,
    edits: [['row.committed === undefined && now < window.graceEndsAt', 'row.committed === undefined']],
  },
  {
    name: 'there is no grace',
    file: ATTEMPT,
    edits: [['if (isWorthWaiting(row, plan))', 'if (false)']],
  },
  {
    name: 'the wait never ends',
    file: GATHER,
    edits: [['now >= window.waitEndsAt', 'false']],
  },
  {
    name: 'what leads to nothing is lost at once',
    file: GATHER,
    edits: [['error instanceof SourceGoneError && isWaitOver(request)', 'error instanceof SourceGoneError']],
  },
  {
    name: 'what has no link yet is absent at once',
    file: GATHER,
    edits: [[`return isWaitOver(request) ? { name`, 'return true ? { name']],
  },
  {
    name: 'any reason for its end makes a call one without a recording',
    file: GATHER,
    edits: [['reason.toLowerCase() === endedReason)', 'true)']],
  },
  {
    name: 'one artifact’s error stops the other',
    file: GATHER,
    edits: [[`return { artifact: { name, state: 'awaited' }, error }`, 'throw error']],
  },
]
