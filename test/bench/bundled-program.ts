import { join } from 'node:path'
import { build } from 'esbuild'
import { BUNDLING } from '../../infra/build/bundle.ts'

const REPOSITORY = join(import.meta.dirname, '../..')

/** A program of the benchmarks as one file, made as the functions' packages are, so that its start costs what theirs does. */
export async function bundledProgram(name: string, directory: string): Promise<string> {
  const outfile = join(directory, `${name}.cjs`)
  await build({
    absWorkingDir: REPOSITORY,
    entryPoints: [join('test/bench/programs', `${name}.ts`)],
    outfile,
    ...BUNDLING,
  })
  return outfile
}
