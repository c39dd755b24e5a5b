import { readdir, readFile, stat, writeFile } from 'node:fs/promises'
import { join, resolve } from 'node:path'
import type { LocalCloud } from './ministack.ts'

/** How to reach a local cloud that another process keeps up. */
export interface RunningVault {
  readonly pid: number
  readonly region: string
  readonly endpointUrl: string
  readonly s3EndpointUrl: string
  readonly credentials: { readonly accessKeyId: string; readonly secretAccessKey: string }
}

const PLACE = '.local/runs'
export const RUNS = join(import.meta.dirname, '../..', PLACE)
const FILE = 'vault.json'

/** Leaves word in its run's folder, which is gone when the vault is. */
export async function announceVault(directory: string, { region, endpoint, s3Endpoint, environment }: LocalCloud): Promise<void> {
  const { AWS_ACCESS_KEY_ID: accessKeyId = '', AWS_SECRET_ACCESS_KEY: secretAccessKey = '' } = environment
  const credentials = { accessKeyId, secretAccessKey }
  const vault: RunningVault = { pid: process.pid, region, endpointUrl: endpoint, s3EndpointUrl: s3Endpoint, credentials }
  await writeFile(join(directory, FILE), JSON.stringify(vault), { mode: 0o600 })
}

/**
 * The one that came up last, of those that are still up: from this checkout, or from the one in whose folder somebody stands who has
 * the command from elsewhere. Undefined where none is.
 */
export async function findRunningVault(): Promise<RunningVault | undefined> {
  const folders = await Promise.all([...new Set([RUNS, resolve(PLACE)])].map(runsIn))
  const found = await Promise.all(folders.flat().map((run) => readVault(join(run, FILE))))
  return found
    .filter((entry) => entry !== undefined)
    .filter(({ vault }) => isAlive(vault.pid))
    .sort((one, other) => other.announcedAt - one.announcedAt)[0]?.vault
}

const runsIn = async (folder: string) => (await readdir(folder).catch(() => [])).map((run) => join(folder, run))

async function readVault(file: string): Promise<{ vault: RunningVault; announcedAt: number } | undefined> {
  try {
    return { vault: JSON.parse(await readFile(file, 'utf8')), announcedAt: (await stat(file)).mtimeMs }
  } catch {
    return undefined // still coming up, or gone by now
  }
}

function isAlive(pid: number): boolean {
  try {
    return process.kill(pid, 0)
  } catch {
    return false
  }
}
