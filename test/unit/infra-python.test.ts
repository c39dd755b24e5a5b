import { chmod, mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { ensurePythonPackages } from '../../infra/local/python.ts'

describe('ensurePythonPackages', () => {
  let directory: string
  let path: string
  let requirementsFile: string

  beforeEach(async () => {
    directory = await mkdtemp(join(tmpdir(), 'callvault-python-'))
    path = join(directory, 'path')
    await mkdir(path)
    requirementsFile = join(directory, 'requirements.txt')
    await writeFile(requirementsFile, 'package==1.0\n')
    vi.stubEnv('PATH', path)
  })
  afterEach(async () => {
    vi.unstubAllEnvs()
    await rm(directory, { recursive: true })
  })

  /** A python3 that reports a version, makes an "environment" that holds itself, and writes down each installation. */
  async function installPython(probeAnswer: string, name = 'python3') {
    const script = `#!/bin/sh
case "$2" in
  venv) /bin/mkdir -p "$3/bin" && /bin/cp "$0" "$3/bin/python" ;;
  pip) echo "$*" >> "${directory}/installations" ;;
  *) echo "${probeAnswer}" ;;
esac
`
    await writeFile(join(path, name), script)
    await chmod(join(path, name), 0o755)
  }
  const ensure = () => ensurePythonPackages({ requirementsFile, directory: join(directory, 'environments') })
  const installations = async () => (await readFile(join(directory, 'installations'), 'utf8')).trim().split('\n')

  it('says what to install where there is no Python', async () => {
    await expect(ensure()).rejects.toThrow(/^Python 3\.10 or later was not found: install python3 .*$/)
  })

  it('says that Python is too old', async () => {
    await installPython('9 1')

    await expect(ensure()).rejects.toThrow('Python 3.10 or later is needed and python3 is 3.9: install a newer python3.')
  })

  it('says that the venv module is missing', async () => {
    await installPython('11 0')

    await expect(ensure()).rejects.toThrow('python3 lacks its venv module: install it (Debian, Ubuntu: apt install python3-venv).')
  })

  it('takes a newer Python beside one that is too old', async () => {
    await installPython('9 1')
    await installPython('12 1', 'python3.12')

    const { python, bin } = await ensure()

    expect(python).toBe(join(bin, 'python'))
    expect(await readFile(python, 'utf8')).toContain('12 1')
  })

  it('installs what is pinned, with hashes and wheels alone, once', async () => {
    await installPython('11 1')

    const first = await ensure()
    const second = await ensure()

    expect(second).toEqual(first)
    expect(await installations()).toEqual([expect.stringContaining(`--require-hashes --only-binary :all: -r ${requirementsFile}`)])
  })

  it('makes another environment where the requirements changed', async () => {
    await installPython('11 1')

    const first = await ensure()
    await writeFile(requirementsFile, 'package==2.0\n')
    const second = await ensure()

    expect(second.bin).not.toBe(first.bin)
    expect(await installations()).toHaveLength(2)
  })

  it('gives callers at the same time the same environment and leaves nothing unfinished', async () => {
    await installPython('11 1')

    const results = await Promise.all([ensure(), ensure(), ensure()])

    expect(new Set(results.map(({ bin }) => bin)).size).toBe(1)
    expect(await readdir(join(directory, 'environments'))).toEqual([expect.stringMatching(/^venv-/)])
  })
})
