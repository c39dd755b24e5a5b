import type { Disposition } from '#core/errors'

/** What a program that calls this one can tell from its end. docs/cli.md says the same. */
export const EXIT = {
  ok: 0,
  unexpected: 1,
  usage: 2,
  differences: 3,
  tryAgain: 4,
  halted: 5,
  interrupted: 130,
} as const

export type ExitCode = (typeof EXIT)[keyof typeof EXIT]

/** An error that a person has to mend is one of usage; one that waiting mends is worth another try. */
export const EXIT_OF = { retry: EXIT.tryAgain, park: EXIT.usage, halt: EXIT.halted } as const satisfies Record<Disposition, ExitCode>
