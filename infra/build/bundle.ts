import { mkdir, readdir, writeFile } from 'node:fs/promises'
import { join, relative } from 'node:path'
import { type BuildOptions, build, type Metafile } from 'esbuild'
import { unusedSchemas } from './unused-schemas.ts'

export interface FunctionBundle {
  readonly name: string
  /** The one file of the function's package. */
  readonly file: string
  readonly bytes: number
  /** esbuild's account of what is in it, to ask why it is as large as it is. */
  readonly metafile: Metafile
}

export interface BundleOptions {
  readonly repository?: string
  readonly log?: (line: string) => void
}

const REPOSITORY = join(import.meta.dirname, '../..')

/**
 * Bundles each function to `.build/functions/NAME/index.js`, with its `metafile.json` beside it.
 *
 * @throws {Error} esbuild's, with every problem of the first function that does not build
 */
export async function bundleFunctions({ repository = REPOSITORY, log = () => {} }: BundleOptions = {}): Promise<FunctionBundle[]> {
  const folder = join(repository, '.build', 'functions')
  await mkdir(folder, { recursive: true })
  // What the bundles are in their packages, where no package.json stands above them, they have to be here too.
  await writeFile(join(folder, 'package.json'), '{"type":"commonjs"}\n')
  const bundles = []
  for (const name of await functionNames(repository)) {
    const bundle = await bundleFunction(repository, name)
    log(`${name}: ${Math.ceil(bundle.bytes / 1000)} KB`)
    bundles.push(bundle)
  }
  return bundles
}

/** A folder of functions/ with a function.yml is a function: the stack deploys it, so that a missing index.ts has to fail here. */
async function functionNames(repository: string): Promise<string[]> {
  const files = await readdir(join(repository, 'functions'), { recursive: true })
  return files.flatMap((file) => /^([^/\\]+)[/\\]function\.yml$/.exec(file)?.[1] ?? []).sort()
}

/** How a package is made of a program: for a function, and for whatever has to cost what a function does. */
export const BUNDLING = {
  bundle: true,
  minify: true,
  platform: 'node',
  target: 'node24',
  // CommonJS starts about 10 ms sooner; the packages' ES modules, bundled, lose a third of their weight.
  format: 'cjs',
  mainFields: ['module', 'main'],
  alias: { '@aws-sdk/credential-provider-node': join(import.meta.dirname, 'environment-credentials.ts') },
  plugins: [unusedSchemas],
  legalComments: 'none',
  logLevel: 'silent',
} satisfies BuildOptions

async function bundleFunction(repository: string, name: string): Promise<FunctionBundle> {
  const folder = join(repository, '.build', 'functions', name)
  const file = join(folder, 'index.js')
  const { metafile } = await build({
    absWorkingDir: repository,
    entryPoints: [join('functions', name, 'index.ts')],
    outfile: file,
    ...BUNDLING,
    metafile: true,
  })
  await writeFile(join(folder, 'metafile.json'), JSON.stringify(metafile))
  return { name, file, bytes: metafile.outputs[relative(repository, file)]?.bytes ?? 0, metafile }
}

if (import.meta.main) {
  try {
    await bundleFunctions({ log: console.log })
  } catch (error) {
    console.error(error instanceof Error ? error.message : error)
    process.exitCode = 1
  }
}
