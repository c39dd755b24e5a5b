import { describe, expect, it } from 'vitest'
import { createCopy } from '#test/support/copy'

describe('a transcript', () => {
  const start = 'Agent : bonjour\n'.repeat(10_000)
  const copied = (body: Buffer, contentType = 'text/plain', declaresLength = true) =>
    createCopy({ name: 'transcript', answers: [[{ body, contentType, declaresLength }]] })

  it.each([
    ['bytes that are no UTF-8', Buffer.from([...Buffer.from('é'), 0xff]), 'text/plain'],
    ['half a character at its end', Buffer.from([0xc3]), 'text/plain; charset=utf-8'],
    ['a NUL', Buffer.from('\0'), 'text/plain'],
    ['a NUL in Latin-1', Buffer.from('\0'), 'text/plain; charset=iso-8859-1'],
  ])('is refused for %s far behind its beginning', async (_what, end, contentType) => {
    for (const declaresLength of [true, false]) {
      const copy = copied(Buffer.concat([Buffer.from(start), end]), contentType, declaresLength)

      const said = declaresLength
        ? `got text/plain, ${start.length + end.length} bytes: no text`
        : 'got text/plain, undeclared bytes: no text'
      await expect(copy.run()).rejects.toThrow(
        expect.objectContaining({ code: 'SOURCE_CONTENT_WRONG', message: expect.stringContaining(said) }),
      )
      expect(copy.opened()).toHaveLength(1)
      expect(copy.storedBodies()).toEqual([])
    }
  })

  it.each([
    ['UTF-8 with a byte order mark', Buffer.from(`\ufeff${start}é`), 'text/plain'],
    ['UTF-16', Buffer.from(`\ufeff${start}é`, 'utf16le'), 'text/plain; charset=utf-16'],
    ['Latin-1', Buffer.from(`${start}é`, 'latin1'), 'text/plain; charset=ISO-8859-1'],
  ])('is stored byte for byte in %s', async (_charset, body, contentType) => {
    const copy = copied(body, contentType)

    await copy.run()

    expect(copy.storedBodies()).toEqual([body])
  })
})
