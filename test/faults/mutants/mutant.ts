/** One thing broken on purpose. */
export interface Mutant {
  /** What is broken, as a sentence. */
  readonly name: string
  readonly file: string
  /** What stands there, exactly once, and what stands there instead. */
  readonly edits: readonly (readonly [from: string, to: string])[]
}

export class MutantDoesNotApplyError extends Error {
  constructor({ name, file }: Mutant, from: string, times: number) {
    super(`“${name}” does not apply: ${JSON.stringify(from)} stands ${times} times in ${file}`)
  }
}

/**
 * The text with the mutant in it.
 * @throws {MutantDoesNotApplyError} the code has changed, and the mutant has to follow it
 */
export function mutated(text: string, mutant: Mutant): string {
  return mutant.edits.reduce((so, [from, to]) => {
    const parts = so.split(from)
    if (parts.length !== 2) throw new MutantDoesNotApplyError(mutant, from, parts.length - 1)
    return parts.join(to)
  }, text)
}
