import { describe, expect, it } from 'vitest'
import { contentSha256 } from '#core/manifest'
import { recognizeMedia } from '#core/media-type'
import { parseProviderCall } from '#core/provider-call'
import { recordOf } from '#core/provider-record'
import { createVaultWithCall } from '#test/support/vault'

const cut = (json: string) => Buffer.from(recordOf(Buffer.from(json))).toString()
const wav = (bytes: number, riffSize: number) => {
  const head = Buffer.alloc(64)
  head.write('RIFF', 0, 'latin1')
  head.writeUInt32LE(riffSize, 4)
  head.write('WAVE', 8, 'latin1')
  return recognizeMedia('recording', { contentType: 'audio/wav', bytes }, head)
}

describe('a record', () => {
  it.each([
    ['a query', '{"u":"https://h/p?sig=1"}', '{"u":"https://h/p"}'],
    ['a fragment', '{"u":"https://h/p#sig"}', '{"u":"https://h/p"}'],
    ['an escaped question mark', '{"u":"https:\\/\\/h\\/p\\u003fsig=1"}', '{"u":"https:\\/\\/h\\/p"}'],
    ['a query with letters that are whitespace as single bytes', '{"u":"https://h/p?name=à&sig=1"}', '{"u":"https://h/p"}'],
    ['links in lists and objects, whatever their names', '{"a":[{"b":"HTTP://h?x"}]}', '{"a":[{"b":"HTTP://h"}]}'],
  ])('loses %s', (_what, json, expected) => {
    expect(cut(json)).toBe(expected)
  })

  it.each([
    '{"https://h/p?name":"is a name"}',
    '{ "https://h/p?name" \n : 1 }',
    '{"summary":"see https://h/p?x=1 and call"}',
    '{"n":1e999,"big":12345678901234567890,"s":"\\ud800","e":"é\\u00e9"}',
    '{"u":"ftp://h/p?x"}',
  ])('keeps every other byte: %s', (json) => {
    expect(cut(json)).toBe(json)
  })
})

describe('a call that ends in the future', () => {
  it('is neither locked for ever nor waited for in vain', async () => {
    const vault = createVaultWithCall({ callEndedAt: '9998-12-31T00:00:00Z', recordingUrl: null })
    vault.passHours(80)

    const outcome = await vault.deliver()

    expect(outcome.kind).toBe('archived')
    expect(vault.manifests()[0]?.retention.retainUntil).toBe('2036-03-01T00:00:00.000Z')
    expect(vault.manifests()[0]?.artifacts.at(-1)).toMatchObject({ state: 'absent' })
  })
})

describe('odd values', () => {
  it('have a digest all the same', () => {
    const call = parseProviderCall(Buffer.from('{"id":"c","organizationId":"o","userName":"\\ud800","callDurationSeconds":1e999}'))

    expect(contentSha256(call, [])).toMatch(/^[0-9a-f]{64}$/)
  })

  it('of times name no time', () => {
    const times = [
      '0000-01-01T00:00:00Z',
      '9999-12-31T23:59:59-14:00',
      '2026-13-01T00:00:00Z',
      '2026-03-03',
      'yesterday',
      1_772_547_795_000,
    ]

    const calls = times.map((callStartedAt) =>
      parseProviderCall(Buffer.from(JSON.stringify({ id: 'c', organizationId: 'o', callStartedAt }))),
    )

    expect(calls.map(({ startedAt }) => startedAt)).toEqual(times.map(() => undefined))
  })
})

describe('media', () => {
  it.each([
    ['wav', 'RIFF\x24\0\0\0WAVE'],
    ['mp3', 'ID3\x04\0\0'],
    ['mp3', '\xff\xfb\x90\x44'],
    ['ogg', 'OggS\0\x02'],
    ['webm', '\x1a\x45\xdf\xa3\x01'],
    ['m4a', '\0\0\0\x20ftypM4A '],
    ['fLaC'.toLowerCase(), 'fLaC\0\0'],
  ])('is known as %s by its first bytes, whatever its type says', (extension, head) => {
    expect(recognizeMedia('recording', { contentType: 'application/octet-stream', bytes: 100 }, Buffer.from(head, 'latin1'))).toMatchObject(
      { extension },
    )
  })

  it.each([
    ['an HTML page called audio', 'recording', 'audio/wav', '<!DOCTYPE html><html>'],
    ['a page after a byte order mark', 'recording', 'audio/wav', '\uFEFF  <html>'],
    ['plain text called audio', 'recording', 'audio/mpeg', 'Service unavailable\r\n'],
    ['nothing', 'recording', 'audio/wav', ''],
    ['an unknown binary of another type', 'recording', 'application/zip', 'PK\x03\x04\0\xff'],
    ['an XML error as a transcript', 'transcript', 'text/plain', '<?xml version="1.0"?><Error>'],
    ['a JSON error as a transcript', 'transcript', 'text/plain', ' {"error":"denied"}'],
    ['a transcript in a charset nobody knows', 'transcript', 'text/plain; charset=klingon', 'Bonjour'],
  ] as const)('is refused where it is %s', (_what, name, contentType, body) => {
    const head = Buffer.from(body)

    expect(() => recognizeMedia(name, { contentType, bytes: head.length }, head)).toThrow(
      expect.objectContaining({ code: 'SOURCE_CONTENT_WRONG' }),
    )
  })

  it('is kept as bin where the server says audio and the bytes are no text, silence too', () => {
    const media = recognizeMedia('recording', { contentType: 'audio/x-mulaw; rate=8000', bytes: 100 }, Buffer.alloc(100))

    expect(media).toEqual({ extension: 'bin', mediaType: 'audio/x-mulaw' })
  })

  it('says what was seen, and none of the content', () => {
    const refuse = () =>
      recognizeMedia('recording', { contentType: 'text/html', bytes: 40 }, Buffer.from('<html>Zoé Tremblay, +1 514 555 0199</html>'))

    expect(refuse).toThrow('a recording was expected, got "text/html", 40 bytes, first 3c68746d6c3e5a6fc3a92054')
    expect(refuse).not.toThrow(/Tremblay/)
  })

  it('is suspect where its RIFF header promises more than was declared, and the header knows', () => {
    expect([wav(1_000, 5_000), wav(1_000, 992), wav(1_000, 0), wav(1_000, 0xffff_ffff)].map(({ suspect }) => suspect)).toEqual([
      'short',
      undefined,
      undefined,
      undefined,
    ])
  })

  it('of a transcript keeps its charset', () => {
    const latin = Buffer.from('Allô !', 'latin1')

    expect(recognizeMedia('transcript', { contentType: 'text/plain; charset="ISO-8859-1"', bytes: 6 }, latin).mediaType).toBe(
      'text/plain; charset=iso-8859-1',
    )
    expect(() => recognizeMedia('transcript', { contentType: 'text/plain', bytes: 6 }, latin)).toThrow()
  })
})
