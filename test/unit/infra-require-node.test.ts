import { execFile } from 'node:child_process'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { describe, expect, it } from 'vitest'
import manifest from '../../package.json' with { type: 'json' }

const CHECK = join(import.meta.dirname, '../../infra/build/require-node.cjs')
const run = promisify(execFile)

/** What the check does on a Node of that version, as far as Node says which it is. */
const checkOn = (version: string) =>
  run(process.execPath, ['-e', `Object.defineProperty(process, 'versions', { value: { node: '${version}' } }); require('${CHECK}')`]).then(
    ({ stderr }) => ({ code: 0, stderr }),
    ({ code, stderr }: { code: number; stderr: string }) => ({ code, stderr }),
  )

describe('the check of the Node version', () => {
  it('says in one sentence what to do on an older Node', async () => {
    const { code, stderr } = await checkOn('20.20.2')

    expect(code).toBe(1)
    expect(stderr).toMatch(/^callvault runs on the Node 24 that npm ci installs, and this is Node 20\.20\.2: [^\n]+\.\n$/)
  })

  it('lets Node 24 pass', async () => {
    expect(await checkOn('24.0.0')).toEqual({ code: 0, stderr: '' })
  })

  it('stands before every program in TypeScript that npm runs', () => {
    const programs = Object.values(manifest.scripts).filter((script) => /\bnode\b.*\.ts\b/.test(script))

    expect(programs.length).toBeGreaterThanOrEqual(4)
    expect(programs.filter((script) => !script.startsWith('node --require ./infra/build/require-node.cjs '))).toEqual([])
  })
})
