import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { expect, it } from 'vitest'
import { createProcessGroup } from '../../infra/local/process-group.ts'

const isThere = (pid: number) => {
  try {
    return process.kill(pid, 0)
  } catch {
    return false
  }
}

it('ends what its program started, too', async () => {
  const child = spawn('/bin/sh', ['-c', 'sleep 60 & echo $!; wait'], { detached: true, stdio: ['ignore', 'pipe', 'ignore'] })
  const group = await createProcessGroup(child)
  const [output] = await once(child.stdout, 'data')
  const grandchild = Number(String(output))
  const before = { program: group.running(), grandchild: isThere(grandchild) }

  await group.stop()

  expect(before).toEqual({ program: true, grandchild: true })
  expect(isThere(grandchild)).toBe(false)
})

it('says that a program could not be started', async () => {
  const child = spawn('/nowhere/program', { detached: true })

  await expect(createProcessGroup(child)).rejects.toThrow('ENOENT')
})
