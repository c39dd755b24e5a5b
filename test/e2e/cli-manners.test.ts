import { execFile, spawn } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'
import { text } from 'node:stream/consumers'
import { promisify } from 'node:util'
import { describe, expect, it } from 'vitest'
import packageJson from '../../package.json' with { type: 'json' }
import { CALLVAULT, callvault } from '../support/callvault.ts'

const ROOT = join(import.meta.dirname, '../..')
const KEYS = { AWS_ACCESS_KEY_ID: 'test', AWS_SECRET_ACCESS_KEY: 'test' }
/** Nobody listens there. */
const NOWHERE = ['--region', 'ca-central-1', '--endpoint-url', 'http://127.0.0.1:9']

describe('callvault', () => {
  it('runs from the checkout by npx, whatever Node starts npx', async () => {
    // Without the folder of the pinned Node that npm scripts have before all others.
    const PATH = (process.env.PATH ?? '')
      .split(':')
      .filter((folder) => !folder.includes('node_modules'))
      .join(':')
    const { stdout } = await promisify(execFile)('npx', ['callvault', '--version'], { cwd: ROOT, env: { PATH, HOME: process.env.HOME } })

    expect(stdout).toBe(`${packageJson.version}\n`)
  })

  it('shows examples first, and ends with 0, where help is asked for', async () => {
    const { exitCode, stdout, stderr } = await callvault(['verify', '--help'])

    expect({ exitCode, stderr }).toEqual({ exitCode: 0, stderr: '' })
    expect(stdout).toMatch(/^Examples:\n {2}\$ callvault verify [\s\S]*Usage: callvault verify \[options\] \[id\]/)
  })

  it.each([
    ['no command', [], /Usage: callvault/],
    ['an unknown command', ['verfy'], /^error: unknown command 'verfy'\n\(Did you mean verify\?\)\nnext: {2}callvault --help/],
    [
      'an unknown option',
      ['verify', '--atested'],
      /^error: unknown option '--atested'\n\(Did you mean --attested\?\)\nnext: {2}callvault verify --help/,
    ],
    ['a day that is none', ['verify', '--from', '2026-02-30'], /^error: option '--from <day>' argument '2026-02-30' is invalid\. A day is/],
    ['a count that is none', ['verify', '--all', '--jobs', '0'], /^error: option '--jobs <n>' argument '0' is invalid/],
    [
      'a range that ends before it begins',
      ['verify', '--organization', 'o', '--from', '2026-03-03', '--to', '2026-03-02'],
      /^error: --from 2026-03-03 is after --to/,
    ],
    ['half a range', ['get', '--organization', 'o', '--from', '2026-03-03'], /^error: --from and --to want each other/],
    ['a day within a range', ['find', '--day', '2026-03-03', '--to', '2026-03-04'], /^error: option '--day <day>' cannot be used with/],
    [
      'a folder that cannot be',
      ['config', 'init', '--into', join(ROOT, 'package.json/x')],
      /^error: \S+package.json\S* cannot be used \(E\w+\): name another place/,
    ],
    [
      'a settings file that is not there',
      ['config', 'check', '--settings', '/nonexist/settings.json'],
      /^error: \/nonexist\/settings\.json cannot be read \(ENOENT\): name another file/,
    ],
    ['a folder for a file', ['config', 'check', '--settings', ROOT], /^error: \S+ cannot be read \(EISDIR\): name another file/],
    [
      'event sources that are none',
      ['send-event', 'crm', 'call_1', '--url', 'https://example.org/events', '--event-sources', join(ROOT, 'settings.example.json')],
      /^error: \S+settings\.example\.json is not as its schema says:\n {2}- .*\nnext: {2}Mend the file; callvault config check/s,
    ],
    [
      'a code that is nearly one',
      ['redrive', '--code', 'CALL_NOT_FUOND', '--yes'],
      /^error: option '--code <code>' argument 'CALL_NOT_FUOND' is invalid\. No error has that code\. Did you mean CALL_NOT_FOUND\?/,
    ],
    ['a code that is none', ['redrive', '--code', 'NOSUCHCODE', '--yes'], /No error has that code\. docs\/errors\.md has them all/],
    ['an argument too many', ['show', 'call_1', 'call_2'], /^error: too many arguments/],
    [
      'an argument that is none',
      ['config', 'chekc'],
      /^error: command-argument value 'chekc' is invalid.* Allowed choices are check, init/,
    ],
    ['a command of which help is not', ['help', 'verfy'], /Usage: callvault/],
    ['no target', ['verify'], /^error: name one of/],
    ['two stacks', ['verify', '--all', '--stack', 'a', '--stage', 'b'], /^error: option '--stack <name>' cannot be used with/],
  ])('answers %s with 2 and a sentence', async (_what, args, sentence) => {
    const { exitCode, stdout, stderr } = await callvault(args)

    expect({ exitCode, stdout }).toEqual({ exitCode: 2, stdout: '' })
    expect(stderr).toMatch(sentence)
  })

  it.each([
    ['no region', ['verify', '--all'], KEYS, 2, /^error: no region is set \(AWS_IDENTITY_MISSING\)\nnext: {2}Name them/],
    [
      'a region that is none',
      ['status', '--region', 'bad region'],
      KEYS,
      2,
      /^error: the region cannot be used: .*"bad region" is not a valid.* \(AWS_IDENTITY_MISSING\)/,
    ],
    [
      'a profile that is none, and no region',
      ['status', '--profile', 'nosuchprofile'],
      {},
      2,
      /^error: no region is set: the profile nosuchprofile is not in the AWS configuration, or has none \(AWS_/,
    ],
    [
      'a profile that is none',
      ['status', '--profile', 'nosuchprofile', ...NOWHERE],
      {},
      2,
      /^error: no credentials were found: the profile nosuchprofile is not in the AWS configuration, or has none/,
    ],
    ['no credentials', ['verify', '--all', ...NOWHERE], {}, 2, /^error: no credentials were found: .* \(AWS_IDENTITY_MISSING\)\nnext: {2}/],
    [
      'an endpoint where nobody is',
      ['verify', '--all', ...NOWHERE],
      KEYS,
      4,
      /^error: AWS gave no useful answer .*\(AWS_UNAVAILABLE\)\nnext: {2}Try again/,
    ],
  ])('says in a sentence where there is %s', async (_what, args, env, expected, sentence) => {
    const { exitCode, stderr } = await callvault(args, env)

    expect(exitCode).toBe(expected)
    expect(stderr).toMatch(sentence)
    expect(stderr).not.toMatch(/^ +at /m)
  })

  it('shows where an error happened, down to its cause, with --debug', async () => {
    const { stderr } = await callvault(['verify', '--all', '--debug', ...NOWHERE], KEYS)

    expect(stderr).toMatch(/stack-directory\.ts:\d+[\s\S]*caused by .*ECONNREFUSED/)
  })

  it('is quiet where the reader of a pipe has gone', async () => {
    const child = spawn(process.execPath, [CALLVAULT, '--help'], { stdio: ['ignore', 'pipe', 'pipe'] })
    child.stdout.destroy()

    const [complaint, [exitCode]] = await Promise.all([text(child.stderr), once(child, 'close')])

    expect({ complaint, exitCode }).toEqual({ complaint: '', exitCode: 0 })
  })
})
