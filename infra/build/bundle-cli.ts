import { readdir, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { build, type Metafile } from 'esbuild'

const REPOSITORY = join(import.meta.dirname, '../..')
const FOLDER = join(REPOSITORY, 'dist')
/** Some packages in it are CommonJS and ask for Node's modules as such. */
const REQUIRE = "import { createRequire } from 'node:module'\nconst require = createRequire(import.meta.url)"

/**
 * Bundles the command line to `dist/callvault.mjs`, for `npm pack`: Node strips the types of no file under node_modules. It stands as
 * deep as the sources do, so that what it reads beside itself (docs/errors.md, the example documents) is found from both.
 */
export async function bundleCli(): Promise<void> {
  const { metafile } = await build({
    absWorkingDir: REPOSITORY,
    entryPoints: ['cli/main.ts'],
    outfile: join(FOLDER, 'callvault.mjs'),
    bundle: true,
    platform: 'node',
    target: 'node24',
    format: 'esm',
    mainFields: ['module', 'main'],
    banner: { js: REQUIRE },
    // Names and lines, for --debug.
    minifySyntax: true,
    minifyWhitespace: true,
    keepNames: true,
    legalComments: 'none',
    logLevel: 'silent',
    metafile: true,
  })
  await writeFile(join(FOLDER, 'LICENSES.txt'), await licensesOf(metafile))
}

/** The licences of all that is in the bundle, as they ask for; each text once. */
async function licensesOf({ inputs }: Metafile): Promise<string> {
  const folders = new Set(Object.keys(inputs).flatMap((file) => /^.*node_modules\/(?:@[^/]+\/)?[^/]+/.exec(file)?.[0] ?? []))
  const packages = await Promise.all([...folders].sort().map((folder) => licenseIn(join(REPOSITORY, folder))))
  const parts = [...Map.groupBy(packages, ({ text }) => text)].map(([text, under]) =>
    [...under.map(({ name }) => name), '', text].join('\n'),
  )
  return `${parts.join(`\n\n${'-'.repeat(80)}\n\n`)}\n`
}

async function licenseIn(folder: string): Promise<{ name: string; text: string }> {
  const { name, version, license } = JSON.parse(await readFile(join(folder, 'package.json'), 'utf8'))
  const files = (await readdir(folder)).filter((file) => /^(licen[cs]e|notice)/i.test(file)).sort()
  const texts = await Promise.all(files.map((file) => readFile(join(folder, file), 'utf8')))
  return { name: `${name} ${version} (${license})`, text: texts.map((text) => text.trim()).join('\n\n') }
}

if (import.meta.main) await bundleCli()
