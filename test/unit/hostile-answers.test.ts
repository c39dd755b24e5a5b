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
  return recognizeMedia('recording', { contentType: 'audio/wav', bytes, isLengthDeclared: true }, head)
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

  it('loses the query of what is copied from, whatever it looks like', () => {
    const links = ['https://h/a b.txt?sig=1', 'https:\\\\h\\p?sig=1']
    const json = JSON.stringify({ links, text: 'https://h/ is mine? yes' })

    expect(JSON.parse(Buffer.from(recordOf(Buffer.from(json), links)).toString())).toEqual({
      links: ['https://h/a b.txt', 'https:\\\\h\\p'],
      text: 'https://h/ is mine? yes',
    })
  })

  it('takes no longer for a long string of spaces of any kind than for another', () => {
    const hostile = JSON.stringify({ u: `http://${'\u00a0'.repeat(250_000)} x` })

    expect(cut(hostile)).toBe(hostile)
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

const utf16 = (text: string) => Buffer.from(`\uFEFF${text}`, 'utf16le')

describe('an error page in another charset', () => {
  it.each([
    ['UTF-16 JSON, whose mark looks like sound', 'application/json', utf16('{"error":"not found"}')],
    ['UTF-16 HTML', 'audio/mpeg', utf16('\n<html>')],
    ['UTF-16 text without a mark', 'audio/wav', Buffer.from('Service unavailable', 'utf16le')],
    ['Latin-1 HTML', 'audio/mpeg', Buffer.from('<!DOCTYPE html>Accès refusé', 'latin1')],
    ['Latin-1 text', 'audio/mpeg', Buffer.from('Accès refusé à cet enregistrement', 'latin1')],
    ['HTML that begins like MP3', 'audio/mpeg', Buffer.from('\xff\xfe<html>', 'latin1')],
  ])('is no recording: %s', (_what, contentType, head) => {
    const recognize = () => recognizeMedia('recording', { contentType, bytes: head.length, isLengthDeclared: true }, head)

    expect(recognize).toThrow(expect.objectContaining({ code: 'SOURCE_CONTENT_WRONG' }))
  })

  it.each([0x00, 0x7f, 0xff, 0xd5])('is not what silence of bytes %i is taken for', (byte) => {
    const media = recognizeMedia(
      'recording',
      { contentType: 'audio/basic', bytes: 4_096, isLengthDeclared: true },
      Buffer.alloc(4_096, byte),
    )

    expect(media.extension).toBe('bin')
  })
})

describe('media', () => {
  it.each([
    ['wav', 'RIFF\x24\0\0\0WAVE'],
    ['wav', 'RF64\xff\xff\xff\xffWAVE'],
    ['wav', 'BW64\xff\xff\xff\xffWAVE'],
    ['mp3', 'ID3\x04\0\0'],
    ['mp3', '\xff\xfb\x90\x44'],
    ['ogg', 'OggS\0\x02'],
    ['webm', '\x1a\x45\xdf\xa3\x01'],
    ['m4a', '\0\0\0\x20ftypM4A '],
    ['fLaC'.toLowerCase(), 'fLaC\0\0'],
  ])('is known as %s by its first bytes, whatever its type says', (extension, head) => {
    expect(
      recognizeMedia(
        'recording',
        { contentType: 'application/octet-stream', bytes: 100, isLengthDeclared: true },
        Buffer.from(head, 'latin1'),
      ),
    ).toMatchObject({ extension })
  })

  it.each([
    ['an HTML page called audio', 'recording', 'audio/wav', '<!DOCTYPE html><html>'],
    ['a page after a byte order mark', 'recording', 'audio/wav', '\uFEFF  <html>'],
    ['plain text called audio', 'recording', 'audio/mpeg', 'Service unavailable\r\n'],
    ['nothing', 'recording', 'audio/wav', ''],
    ['text that begins like a tag', 'recording', 'text/plain', 'ID3 is not available'],
    ['a picture in the container of MP4', 'recording', 'image/avif', '\0\0\0\x20ftypavif\0\0\0\0avifmif1'],
    ['an unknown binary of another type', 'recording', 'application/zip', 'PK\x03\x04\0\xff'],
    ['an XML error as a transcript', 'transcript', 'text/plain', '<?xml version="1.0"?><Error>'],
    ['a JSON error as a transcript', 'transcript', 'text/plain', ' {"error":"denied"}'],
    ['an XML error without a prologue as a transcript', 'transcript', 'text/plain', '<Error><Code>AccessDenied</Code></Error>'],
    ['a page as a transcript', 'transcript', 'text/plain', '\n<BODY class="x">Not found'],
    ['an empty JSON object as a transcript', 'transcript', 'text/plain', '{ }'],
    ['a transcript in a charset nobody knows', 'transcript', 'text/plain; charset=klingon', 'Bonjour'],
  ] as const)('is refused where it is %s', (_what, name, contentType, body) => {
    const head = Buffer.from(body)

    expect(() => recognizeMedia(name, { contentType, bytes: head.length, isLengthDeclared: true }, head)).toThrow(
      expect.objectContaining({ code: 'SOURCE_CONTENT_WRONG' }),
    )
  })

  it('is kept as bin where the server says audio and the bytes are no text, silence too', () => {
    const media = recognizeMedia(
      'recording',
      { contentType: 'audio/x-mulaw; rate=8000', bytes: 100, isLengthDeclared: true },
      Buffer.alloc(100),
    )

    expect(media).toEqual({ extension: 'bin', mediaType: 'audio/x-mulaw' })
  })

  it('says what was seen, and none of the content', () => {
    const refuse = () =>
      recognizeMedia(
        'recording',
        { contentType: 'text/html', bytes: 40, isLengthDeclared: true },
        Buffer.from('<html>Zoé Tremblay, +1 514 555 0199</html>'),
      )

    expect(refuse).toThrow('a recording was expected, got text/html, 40 bytes, first 3c68746d6c3e5a6fc3a92054')
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

  it('is cut short where nobody declared its length and its RIFF header promises more', () => {
    const head = Buffer.alloc(64)
    head.write('RIFF\0\0\x10\0WAVE', 0, 'latin1')

    const recognize = () => recognizeMedia('recording', { contentType: 'audio/wav', bytes: 1_016, isLengthDeclared: false }, head)

    expect(recognize).toThrow(expect.objectContaining({ code: 'SOURCE_ENDED_EARLY' }))
  })

  it('of a transcript says no content when it is refused: its first bytes are somebody’s name', () => {
    const head = Buffer.from('Marie Tremblay : allô', 'latin1')

    const recognize = () =>
      recognizeMedia('transcript', { contentType: 'text/plain; name="Marie"', bytes: 20, isLengthDeclared: true }, head)

    expect(recognize).toThrow(/got text\/plain, 20 bytes$/)
  })

  it.each(['{inaudible} Agent : bonjour', '<Agent> bonjour', '<Client> 3 < 4'])('of a transcript may begin with %s', (text) => {
    const head = Buffer.from(text)

    expect(recognizeMedia('transcript', { contentType: 'text/plain', bytes: head.length, isLengthDeclared: true }, head).extension).toBe(
      'txt',
    )
  })

  it('of a transcript keeps its charset', () => {
    const latin = Buffer.from('Allô !', 'latin1')

    expect(
      ['"ISO-8859-1"', "'ISO-8859-1'", 'ISO-8859-1'].map(
        (charset) =>
          recognizeMedia('transcript', { contentType: `text/plain; charset=${charset}`, bytes: 6, isLengthDeclared: true }, latin)
            .mediaType,
      ),
    ).toEqual(Array(3).fill('text/plain; charset=iso-8859-1'))
    expect(() => recognizeMedia('transcript', { contentType: 'text/plain', bytes: 6, isLengthDeclared: true }, latin)).toThrow()
  })
})
