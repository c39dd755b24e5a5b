import type { CallVerdict, FixityProblem } from '#core/fixity'
import { EXIT, type ExitCode } from './exit-codes.ts'

export type FixityTally = ReturnType<typeof createFixityTally>

/** Adds verdicts up to the summary, the report and the exit code. */
export function createFixityTally() {
  const problems: (FixityProblem & { readonly callId: string | undefined })[] = []
  const unreferenced: string[] = []
  const counts = { calls: 0, manifests: 0, objects: 0, readBytes: 0 }

  return {
    add(verdict: CallVerdict): void {
      counts.calls += verdict.partition === undefined ? 0 : 1
      counts.manifests += verdict.revisions
      counts.objects += verdict.objects
      counts.readBytes += verdict.readBytes
      problems.push(...verdict.problems.map((problem) => ({ callId: verdict.callId, ...problem })))
      unreferenced.push(...verdict.unreferenced)
    },
    summary: () => ({ ...counts, problems: problems.length, unreferenced: unreferenced.length }),
    found: () => ({ problems, unreferenced }),
    /** Where the store only did not hand things out, nothing is known to differ. */
    exitCode(): ExitCode {
      if (problems.length === 0) return EXIT.ok
      return problems.every(({ kind }) => kind === 'refused') ? EXIT.tryAgain : EXIT.differences
    },
  }
}
