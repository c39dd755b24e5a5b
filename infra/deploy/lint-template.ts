import { execFile } from 'node:child_process'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { ensurePythonPackages } from '../local/python.ts'

export interface LintFinding {
  readonly rule: string
  readonly message: string
  /** `Resources/NAME/...` */
  readonly path: string
}

export interface LintRequest {
  readonly templateFile: string
  readonly region: string
  readonly python: string
  /** Rules to pass over; those of `OFF` where nothing is said. */
  readonly off?: readonly string[]
}

/** Rules that are off, and why. A test sees that each would still find something: one that does not has to be on. */
export const OFF: Readonly<Record<string, string>> = {
  W3005: 'osls writes a DependsOn beside the Ref or GetAtt that already orders the two; it does no harm and cannot be left out',
}

const LINT_TIMEOUT_MS = 120_000

/** Installs cfn-lint, pinned and hashed; costs nothing the second time. @throws {Error} Python is missing: what to install */
export const installLinter = (log?: (line: string) => void) =>
  ensurePythonPackages({
    requirementsFile: join(import.meta.dirname, 'cfn-lint-requirements.txt'),
    directory: join(import.meta.dirname, '../../.local/cfn-lint'),
    ...(log && { log }),
  })

/** What cfn-lint has against a template: its errors and warnings. */
export async function lintTemplate({ templateFile, region, python, off = Object.keys(OFF) }: LintRequest): Promise<LintFinding[]> {
  const ignored = off.length > 0 ? ['--ignore-checks', ...off] : []
  const args = [
    '-c',
    'from cfnlint.runner import main; main()',
    '--template',
    templateFile,
    '--regions',
    region,
    '--format',
    'json',
    ...ignored,
  ]
  const output = await promisify(execFile)(python, args, { timeout: LINT_TIMEOUT_MS, maxBuffer: 16 * 1_024 ** 2 }).then(
    ({ stdout }) => stdout,
    // Findings are an exit code, too.
    (error: { stdout?: string }) => error.stdout || Promise.reject(error),
  )
  return JSON.parse(output).map(({ Rule, Message, Location }: RawFinding) => ({
    rule: Rule.Id,
    message: Message,
    path: Location.Path?.join('/') ?? '',
  }))
}

interface RawFinding {
  readonly Rule: { readonly Id: string }
  readonly Message: string
  readonly Location: { readonly Path?: readonly (string | number)[] }
}
