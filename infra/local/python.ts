import { execFile } from 'node:child_process'
import { createHash, randomUUID } from 'node:crypto'
import { access, mkdir, readFile, rename, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { promisify } from 'node:util'

export interface PythonPackages {
  /** What to run: `python -m package`. (The scripts beside it name the folder in which pip wrote them, and are of no use.) */
  readonly python: string
  /** The folder of `python`. */
  readonly bin: string
}

export interface PythonRequest {
  /** Pins every package, with hashes. */
  readonly requirementsFile: string
  /** Where environments are kept, one for each content of the requirements file and each interpreter. */
  readonly directory: string
  readonly log?: (line: string) => void
}

const OLDEST_MINOR = 10
const INTERPRETERS = ['python3', 'python3.14', 'python3.13', 'python3.12', 'python3.11', 'python3.10']
// Where it really is, too: an environment points there, and is of no use once that interpreter has been replaced.
const PROBE = `import sys, os, importlib.util as u
print(sys.version_info[1], int(bool(u.find_spec("venv") and u.find_spec("ensurepip"))), sys.version_info[2], os.path.realpath(sys.executable))`
const INSTALL_TIMEOUT_MS = 300_000
const run = promisify(execFile)

/**
 * Makes a Python environment that holds exactly the packages of a requirements file.
 *
 * Costs next to nothing where it stands already. Any number of callers may ask at once: each builds under a name of its own and
 * the first to be done gives it the final one, so that what bears that name is complete.
 *
 * @throws {Error} one sentence that says what to install, where Python is missing, too old or without venv
 */
export async function ensurePythonPackages({ requirementsFile, directory, log = () => {} }: PythonRequest): Promise<PythonPackages> {
  const { interpreter, identity } = await findInterpreter()
  const content = createHash('sha256')
    .update(identity)
    .update(await readFile(requirementsFile))
  const environment = join(directory, `venv-${content.digest('hex').slice(0, 16)}`)
  const bin = join(environment, 'bin')
  const packages = { python: join(bin, 'python'), bin }
  if (await exists(packages.python)) return packages

  const unfinished = join(directory, `unfinished-${randomUUID()}`)
  await mkdir(directory, { recursive: true })
  try {
    log(`installing Python packages into ${environment}`)
    await install(interpreter, unfinished, requirementsFile)
    await rename(unfinished, environment)
  } catch (error) {
    // Another caller was done first: its environment has the same content.
    if (!(await exists(packages.python))) throw error
  } finally {
    await rm(unfinished, { recursive: true, force: true })
  }
  return packages
}

async function findInterpreter(): Promise<{ interpreter: string; identity: string }> {
  let complaint = 'Python 3.10 or later was not found: install python3 (Debian, Ubuntu: apt install python3 python3-venv).'
  for (const interpreter of INTERPRETERS) {
    const probe = await run(interpreter, ['-c', PROBE], { timeout: 30_000 }).catch(() => undefined)
    if (probe === undefined) continue

    const [minor = 0, hasVenv = 0] = probe.stdout.trim().split(' ').map(Number)
    if (minor < OLDEST_MINOR) complaint = `Python 3.10 or later is needed and ${interpreter} is 3.${minor}: install a newer python3.`
    else if (hasVenv === 0) complaint = `${interpreter} lacks its venv module: install it (Debian, Ubuntu: apt install python3-venv).`
    else return { interpreter, identity: probe.stdout }
  }
  throw new Error(complaint)
}

async function install(interpreter: string, environment: string, requirementsFile: string): Promise<void> {
  const options = { timeout: INSTALL_TIMEOUT_MS, maxBuffer: 64 * 1024 * 1024 }
  try {
    await run(interpreter, ['-m', 'venv', environment], options)
    const pip = ['-m', 'pip', 'install', '--quiet', '--disable-pip-version-check', '--no-input']
    await run(join(environment, 'bin', 'python'), [...pip, '--require-hashes', '--only-binary', ':all:', '-r', requirementsFile], options)
  } catch (error) {
    throw new Error(`The Python packages of ${requirementsFile} could not be installed: ${lastLines(error)}`, { cause: error })
  }
}

/** What a program that failed said last. */
export function lastLines(error: unknown): string {
  const text = error instanceof Error && 'stderr' in error ? String(error.stderr) || error.message : String(error)
  return text.trim().split('\n').slice(-5).join('\n')
}

export async function exists(path: string): Promise<boolean> {
  return await access(path).then(
    () => true,
    () => false,
  )
}
