import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { ORGANIZATION_IDS } from '../local/demonstration/calls.ts'
import { runDemonstration } from '../local/demonstration/demonstration.ts'
import { createScreen } from '../local/demonstration/screen.ts'
import { type LocalVault, startLocalVault } from '../local/local-vault.ts'
import { terminalPicture } from './terminal-picture.ts'

const REPOSITORY = join(import.meta.dirname, '../..')
const FOLDER = join(REPOSITORY, 'docs/pictures')
const TOUCHED = 'call_inbound'

/** Pictures of commands at work for the README: what they write about the local vault of the demonstration, as they write it. */
async function publishPictures(): Promise<void> {
  const vault = await startLocalVault({ organizationIds: ORGANIZATION_IDS, log: console.log })
  try {
    await runDemonstration(vault, createScreen(process.stdout))
    await mkdir(FOLDER, { recursive: true })
    const publish = (name: string, ...written: readonly string[]) =>
      writeFile(join(FOLDER, `${name}.svg`), terminalPicture(written.join('\n\n')))

    await publish('status', await shown('status'))
    await publish('find', await shown('find', '--organization', ORGANIZATION_IDS[0]))
    const before = await shown('verify', '--all')
    await writeOver(vault)
    await publish('verify', before, '# somebody writes over a transcript', await shown('verify', TOUCHED))
  } finally {
    await vault.stop()
  }
}

/** The command and all that it writes, in the colours that a terminal would get. */
async function shown(...args: readonly string[]): Promise<string> {
  const env = { PATH: process.env.PATH, HOME: process.env.HOME, FORCE_COLOR: '1' }
  const command = [join(REPOSITORY, 'cli/callvault.cjs'), ...args, '--local']
  const child = spawn(process.execPath, command, { env, stdio: ['ignore', 'pipe', 'pipe'] })
  const written: string[] = []
  for (const stream of [child.stdout, child.stderr]) stream.setEncoding('utf8').on('data', (text: string) => written.push(text))
  await once(child, 'close')
  return `$ callvault ${args.join(' ')} --local\n${written.join('').trimEnd()}`
}

/** A second version of an object, as nobody can write it where the bucket's policy is enforced. */
async function writeOver({ cloud, outputs }: LocalVault): Promise<void> {
  const bucket = `${cloud.s3Endpoint}/${outputs.archiveBucketName}`
  const listing = await (await fetch(`${bucket}?list-type=2&prefix=media/`)).text()
  const key = new RegExp(`<Key>([^<]*/${TOUCHED}/[^<]*transcript[^<]*)</Key>`).exec(listing)?.[1]
  const { status } = await fetch(`${bucket}/${key}`, { method: 'PUT', body: 'Nothing was said.' })
  if (status !== 200) throw new Error(`The local cloud answered ${status} to a second version of ${key}.`)
}

if (import.meta.main) await publishPictures()
