import { execFileSync } from 'node:child_process'
import { mkdir, mkdtemp, readFile, rm, symlink, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { bundleFunctions } from '../../infra/build/bundle.ts'

const NODE_MODULES = join(import.meta.dirname, '../../node_modules')

describe('bundleFunctions', () => {
  let repository: string

  beforeEach(async () => {
    repository = await mkdtemp(join(tmpdir(), 'callvault-bundle-'))
    await symlink(NODE_MODULES, join(repository, 'node_modules'))
    // As in the real repository, where a plain .js file would be an ES module.
    await writeFile(join(repository, 'package.json'), '{"type":"module"}')
  })
  afterEach(() => rm(repository, { recursive: true }))

  async function addFunction(name: string, source: string) {
    await mkdir(join(repository, 'functions', name), { recursive: true })
    await writeFile(join(repository, 'functions', name, 'function.yml'), '')
    await writeFile(join(repository, 'functions', name, 'index.ts'), source)
  }

  it('makes one file of a function, which exports its handler', async () => {
    await addFunction('greet', "export const handler = (name: string): string => 'hello ' + name")

    const [bundle] = await bundleFunctions({ repository })

    const output = execFileSync(process.execPath, ['-p', `require(${JSON.stringify(bundle!.file)}).handler('caller')`], {
      encoding: 'utf8',
    })
    expect(output.trim()).toBe('hello caller')
    expect((await readFile(bundle!.file)).length).toBe(bundle!.bytes)
  })

  it('leaves out every credential source but the environment', async () => {
    await addFunction(
      'send',
      "import { SQSClient } from '@aws-sdk/client-sqs'\nexport const handler = () => new SQSClient({}).config.credentials()",
    )

    const [bundle] = await bundleFunctions({ repository })

    const env = { AWS_REGION: 'ca-central-1', AWS_ACCESS_KEY_ID: 'id', AWS_SECRET_ACCESS_KEY: 'secret', AWS_SESSION_TOKEN: 'token' }
    const script = `require(${JSON.stringify(bundle!.file)}).handler().then((credentials) => console.log(JSON.stringify(credentials)))`
    const credentials = JSON.parse(execFileSync(process.execPath, ['-e', script], { encoding: 'utf8', env }))
    expect(credentials).toMatchObject({ accessKeyId: 'id', secretAccessKey: 'secret', sessionToken: 'token' })
    expect(
      Object.keys(bundle!.metafile.inputs).filter((input) => /credential-provider-(node|sso|ini|process)|@aws-sdk\/nested/.test(input)),
    ).toEqual([])
  })

  it('leaves out what the SDK knows of operations that are not called, and keeps the others', async () => {
    await addFunction(
      'store',
      "import { PutObjectCommand, S3Client } from '@aws-sdk/client-s3'\nexport const handler = () => [S3Client, PutObjectCommand]",
    )

    const [bundle] = await bundleFunctions({ repository })

    const source = await readFile(bundle!.file, 'utf8')
    expect(source).toContain('x-amz-object-lock-retain-until-date')
    expect(source).not.toContain('InventoryConfiguration')
  })

  it('builds functions in the order of their names and prints the size of each', async () => {
    await addFunction('second', 'export const handler = () => {}')
    await addFunction('first', 'export const handler = () => {}')
    const lines: string[] = []

    await bundleFunctions({ repository, log: (line) => lines.push(line) })

    expect(lines).toEqual([expect.stringMatching(/^first: \d+ KB$/), expect.stringMatching(/^second: \d+ KB$/)])
  })

  it('fails with the place of the mistake', async () => {
    await addFunction('broken', "import { nothing } from './missing.ts'\nexport const handler = nothing")

    await expect(bundleFunctions({ repository })).rejects.toThrow(/functions\/broken\/index\.ts:1:\d+.*missing\.ts/)
  })
})
