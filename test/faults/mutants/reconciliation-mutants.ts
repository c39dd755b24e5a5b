import type { Mutant } from './mutant.ts'

const RUN = 'src/core/reconcile-organization.ts'
const SEND = 'src/core/send-listed.ts'
const COMPARE = 'src/core/compare-call.ts'

/** What reconciliation reads, sends and says that it has read. */
export const RECONCILIATION_MUTANTS: readonly Mutant[] = [
  {
    name: 'the watermark is moved first',
    file: RUN,
    edits: [
      [
        '      const { sweep: moved, ...findings } = await sweepWindow(',
        '      await save({ ...sweep, readUntil: nextWindow(sweep).to })\n      const { sweep: moved, ...findings } = await sweepWindow(',
      ],
    ],
  },
  {
    name: 'what is missing is found and never sent',
    file: SEND,
    edits: [['queue.sendAll(sent.flatMap(', 'queue.sendAll(sent.slice(sent.length).flatMap(']],
  },
  {
    name: 'one of what is missing is never sent',
    file: SEND,
    edits: [['queue.sendAll(sent.flatMap(', 'queue.sendAll(sent.slice(1).flatMap(']],
  },
  {
    name: 'a call that has ended is taken for one that goes on',
    file: COMPARE,
    edits: [['return listed.endedAt === undefined && start', 'return start']],
  },
]
