import type { CallVerdict, FixityProblem } from '#core/fixity'
import { EXIT, type ExitCode } from './exit-codes.ts'

export type FixityTally = ReturnType<typeof createFixityTally>

/** Adds verdicts up to the summary, the report and the exit code. */
export function createFixityTally() {
  const problems: (FixityProblem & { readonly callId: string | undefined })[] = []
  const unreferenced: string[] = []
  const counts = { calls: 0, manifests: 0, objects: 0, readBytes: 0 }
  let verdicts = 0
  /** Where the store only did not hand something out, nothing is known to differ. */
  const refused = () => problems.filter(({ kind }) => kind === 'refused').length
  const differences = () => problems.length - refused()

  return {
    add(verdict: CallVerdict): void {
      verdicts += 1
      counts.calls += verdict.partition === undefined ? 0 : 1
      counts.manifests += verdict.revisions
      counts.objects += verdict.objects
      counts.readBytes += verdict.readBytes
      problems.push(...verdict.problems.map((problem) => ({ callId: verdict.callId, ...problem })))
      unreferenced.push(...verdict.unreferenced)
    },
    isEmpty: () => verdicts === 0,
    summary: () => ({ ...counts, problems: problems.length, unreferenced: unreferenced.length }),
    found: () => ({ problems, unreferenced }),
    differences,
    refused,
    /** A difference is known, and stays one, whatever else could not be looked at. What is not there was named wrongly. */
    exitCode(): ExitCode {
      if (differences() > 0) return EXIT.differences
      if (refused() > 0) return EXIT.tryAgain
      return verdicts === 0 ? EXIT.usage : EXIT.ok
    },
  }
}
