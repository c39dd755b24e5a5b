/** A promise that was broken, in one sentence. */
export interface Violation {
  /** Which promise: shrinking keeps to the same one. */
  readonly invariant: string
  readonly what: string
}

export type Check<T> = (subject: T) => Violation | undefined

export const violation = (invariant: string, what: string): Violation => ({ invariant, what })
