import { cp, mkdir, mkdtemp, readFile, rm, symlink, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type Mutant, mutated } from './mutant.ts'

const ROOT = join(import.meta.dirname, '../../..')
/** What the simulation runs on. */
const NEEDED = ['package.json', 'tsconfig.json', 'src', 'test/faults', 'test/support']

export interface ScratchTree extends AsyncDisposable {
  readonly folder: string
  /** A copy of it with the mutant in it. */
  mutate(mutant: Mutant): Promise<ScratchTree>
}

/** A copy of the work tree that nobody edits meanwhile; gone when it is disposed of. */
export const createScratchTree = (): Promise<ScratchTree> => copyOf(ROOT)

async function copyOf(tree: string): Promise<ScratchTree> {
  const folder = await mkdtemp(join(tmpdir(), 'callvault-mutant-'))
  await mkdir(join(folder, 'test'))
  for (const path of NEEDED) await cp(join(tree, path), join(folder, path), { recursive: true })
  await symlink(join(ROOT, 'node_modules'), join(folder, 'node_modules'))

  return {
    folder,
    async mutate(mutant) {
      const text = mutated(await readFile(join(folder, mutant.file), 'utf8'), mutant)
      const copy = await copyOf(folder)
      await writeFile(join(copy.folder, mutant.file), text)
      return copy
    },
    [Symbol.asyncDispose]: () => rm(folder, { recursive: true, force: true }),
  }
}
