import { createHash } from 'node:crypto'
import { cp, mkdtemp, readdir, readFile, rm, symlink } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { bundleFunctions } from '../../infra/build/bundle.ts'
import { packageStack, type Template } from '../support/stack/packaged-stack.ts'

const REPOSITORY = join(import.meta.dirname, '../..')
const SOURCES = ['src', 'functions', 'package.json', 'tsconfig.json']
describe('two builds of the same sources', () => {
  let directory: string
  let templates: Template[]

  beforeAll(async () => {
    directory = await mkdtemp(join(tmpdir(), 'callvault-builds-'))
    templates = []
    // One after the other, at two places: neither the place nor the time may show.
    for (const build of ['first', 'another-and-longer-name']) {
      const place = join(directory, build)
      for (const path of SOURCES) await cp(join(REPOSITORY, path), join(place, path), { recursive: true })
      await symlink(join(REPOSITORY, 'node_modules'), join(place, 'node_modules'))
      await bundleFunctions({ repository: place })
      templates.push(await packageStack(place, 'prod'))
    }
  }, 120_000)
  afterAll(() => rm(directory, { recursive: true }))

  it('are the same, byte for byte', async () => {
    const [first, other] = await Promise.all(
      ['first', 'another-and-longer-name'].map((build) => digestsOf(join(directory, build, '.serverless'))),
    )

    expect([...first!.keys()]).toEqual(['archiveCall.zip', 'receiveEvent.zip', 'reconcileCalls.zip'])
    expect(other).toEqual(first)
    expect(templates.map(withoutTheTime)[1]).toEqual(withoutTheTime(templates[0]!))
  })
})

async function digestsOf(folder: string): Promise<Map<string, string>> {
  const zips = (await readdir(folder)).filter((file) => file.endsWith('.zip')).sort()
  const digests = zips.map(
    async (file) =>
      [
        file,
        createHash('sha256')
          .update(await readFile(join(folder, file)))
          .digest('hex'),
      ] as const,
  )
  return new Map(await Promise.all(digests))
}

/** Packages are uploaded under the time of the deployment. */
const withoutTheTime = (template: Template) => JSON.stringify(template).replaceAll(/\d{13}-[\dT:.Z-]+/g, 'time')
