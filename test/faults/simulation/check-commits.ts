import type { Actor } from './actor.ts'
import type { Effect } from './port-calls.ts'
import { type Violation, violation } from './violation.ts'
import type { Ending } from './workers.ts'

export interface CommitCheck {
  after(effect: Effect): void
  ended(actor: Actor, end: Ending): Violation | undefined
  /** Its owner came too late, and died or ended before it could say that it stands there: nobody knows until somebody looks. */
  isUntold(manifestKey: string): boolean
}

interface Commit {
  readonly key: string
  readonly isLate: boolean
  isTold: boolean
}

/** Whoever committed a revision says so: in the row, or, where another owns that by now, by making it due. */
export function createCommitCheck(owns: (actor: Actor) => boolean): CommitCheck {
  const commits = new Map<Actor, Commit>()
  const outdated = new WeakSet<Actor>()
  return {
    after({ operation, actor, args, ...effect }) {
      if (!('value' in effect)) return
      if (operation === 'archive.put' && isStored(effect.value) && String(args[0]).startsWith('manifests/'))
        commits.set(actor, { key: String(args[0]), isLate: !owns(actor), isTold: false })
      if (operation === 'catalog.outdate') outdated.add(actor)
      const commit = commits.get(actor)
      if (commit !== undefined && (operation === 'catalog.outdate' || effect.value === 'written')) commit.isTold = true
    },
    ended(actor, end) {
      if (end instanceof Error || end.kind !== 'superseded' || !commits.has(actor) || outdated.has(actor)) return undefined
      return violation('a late owner’s manifest makes its row due', actor.subject)
    },
    isUntold: (key) => [...commits.values()].some((commit) => commit.key === key && commit.isLate && !commit.isTold),
  }
}

const isStored = (value: unknown) => typeof value === 'object' && value !== null && Reflect.get(value, 'outcome') === 'stored'
