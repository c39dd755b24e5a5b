import type { Mutant } from './mutant.ts'

const CLAIM = 'src/core/claim.ts'
const CATALOG = 'test/support/twins/memory-catalog.ts'
const SCHEDULE = 'src/core/enqueue-due.ts'

/** Lease and fence, who may claim what, and what brings a call back. */
export const CLAIM_MUTANTS: readonly Mutant[] = [
  {
    name: 'a lease never ends',
    file: CLAIM,
    edits: [['if (leaseUntil !== undefined && leaseUntil > request.now)', 'if (leaseUntil !== undefined)']],
  },
  {
    name: 'a lease is not honoured',
    file: CLAIM,
    edits: [['if (leaseUntil !== undefined && leaseUntil > request.now)', 'if (false)']],
  },
  {
    name: 'an operator may not claim a failed row',
    file: CLAIM,
    edits: [[`case 'operator':\n      return true`, `case 'operator':\n      return row.state !== 'failed'`]],
  },
  {
    name: 'an event may claim a failed row',
    file: CLAIM,
    edits: [[`return row.state === 'pending' || (`, `return row.state !== 'archived' || (`]],
  },
  {
    name: 'a late event starts a comparison of a complete call',
    file: CLAIM,
    edits: [[`(row.state === 'archived' && awaitsSomething(row))`, `row.state === 'archived'`]],
  },
  {
    name: 'reconciliation may claim whatever it meets',
    file: CLAIM,
    edits: [[`return row.state === 'pending' && dueAt !== undefined && dueAt <= now`, 'return true']],
  },
  {
    name: 'a late “due” message may claim what is due later, or not at all',
    file: CLAIM,
    edits: [['return dueAt !== undefined && dueAt <= dueHorizonOf(receivedAt)', 'return true']],
  },
  {
    name: 'a “due” message finds its row held, and lets it be',
    file: CLAIM,
    edits: [['return dueAt !== undefined && dueAt <= dueHorizonOf(receivedAt)', 'return dueAt !== undefined && dueAt <= receivedAt']],
  },
  {
    name: 'the claim does not set dueAt',
    file: CATALOG,
    edits: [['next: { dueAt: leaseUntil, reason: claimReason(row.next?.reason, request.trigger) },', '']],
  },
  {
    name: 'the claim forgets what an operator asked for',
    file: CLAIM,
    edits: [[`trigger === 'operator' ? 'recheck' : (before ?? 'archive')`, `before ?? 'archive'`]],
  },
  {
    name: 'a late manifest does not make its row due',
    file: CATALOG,
    edits: [[`next: { dueAt: now, reason: 'settle' } }`, '}']],
  },
  {
    name: 'the claim does not raise the fence',
    file: CATALOG,
    edits: [
      ['row: claimed, fence: fence + 1', 'row: claimed, fence: fence || 1'],
      ['claim: { fence: fence + 1', 'claim: { fence: fence || 1'],
    ],
  },
  {
    name: 'the fence begins anew once an outcome is written',
    file: CATALOG,
    edits: [
      [
        `row: structuredClone(row), fence, leaseUntil: undefined })\n      return 'written'`,
        `row: structuredClone(row), fence: 0, leaseUntil: undefined })\n      return 'written'`,
      ],
    ],
  },
  {
    name: 'an outcome is written without its fence',
    file: CATALOG,
    edits: [
      [`if (standing?.fence !== fence || standing.leaseUntil?.getTime() !== leaseUntil.getTime()) return 'superseded'`, 'void standing'],
    ],
  },
  {
    name: 'an outcome is written under the fence alone, whoever’s lease it is',
    file: CATALOG,
    edits: [[' || standing.leaseUntil?.getTime() !== leaseUntil.getTime()', '']],
  },
  {
    name: 'an outcome does not end its lease',
    file: CATALOG,
    edits: [[`fence, leaseUntil: undefined })\n      return 'written'`, `fence, leaseUntil: claim.leaseUntil })\n      return 'written'`]],
  },
  {
    name: 'what is held for the queue is no longer due',
    file: CATALOG,
    edits: [['next: { ...next, dueAt: until }', 'next: undefined']],
  },
  {
    name: 'one of what is due is held and never sent',
    file: SCHEDULE,
    edits: [['queue.sendAll(held.map(', 'queue.sendAll(held.slice(1).map(']],
  },
]
