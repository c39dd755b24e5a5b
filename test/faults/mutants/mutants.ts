import { CLAIM_MUTANTS } from './claim-mutants.ts'
import { COMMIT_MUTANTS } from './commit-mutants.ts'
import { CONTENT_MUTANTS } from './content-mutants.ts'
import type { Mutant } from './mutant.ts'
import { RECONCILIATION_MUTANTS } from './reconciliation-mutants.ts'
import { WAITING_MUTANTS } from './waiting-mutants.ts'

/** Every rule of the core, and those that its catalog and store keep for it, broken one at a time. */
export const MUTANTS: readonly Mutant[] = [
  ...COMMIT_MUTANTS,
  ...CLAIM_MUTANTS,
  ...CONTENT_MUTANTS,
  ...WAITING_MUTANTS,
  ...RECONCILIATION_MUTANTS,
]
