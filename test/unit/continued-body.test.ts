import { Readable } from 'node:stream'
import { expect, it } from 'vitest'
import { closed } from '#core/continued-body'

it('is waited for until it let go, whatever it was destroyed for', async () => {
  const body = new Readable({
    read() {},
    destroy: (error, done) => void setImmediate(() => done(error)),
  })
  body.on('error', () => {})

  await expect(closed(body.destroy(new Error('read ECONNRESET')))).resolves.toBeUndefined()
  expect(body.closed).toBe(true)
})
