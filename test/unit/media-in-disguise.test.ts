import { describe, expect, it } from 'vitest'
import { HEAD_BYTES, recognizeMedia } from '#core/media-type'
import { createTextInspector } from '#core/text-content'
import { mp3, wav } from '#test/support/sounds'

const PAGE = '<!DOCTYPE html><html><head><title>Access denied</title></head><body>Sorry</body></html> '
const MARK = '\ufeff'
const bigEndian = (text: string) => Buffer.from(text, 'utf16le').swap16()
const latin = (text: string) => Buffer.from(text, 'latin1')
const hex = (bytes: string) => Buffer.from(bytes, 'hex')
const transcript = (body: Buffer, contentType: string) =>
  recognizeMedia('transcript', { contentType, bytes: body.length, isLengthDeclared: true }, body.subarray(0, HEAD_BYTES))
const recording = (body: Buffer, contentType = 'audio/mpeg') =>
  recognizeMedia('recording', { contentType, bytes: body.length, isLengthDeclared: true }, body.subarray(0, HEAD_BYTES))

describe('no transcript is', () => {
  it.each<[string, Buffer, string]>([
    ['a page in UTF-16BE with its mark', bigEndian(MARK + PAGE), 'text/plain; charset=utf-16'],
    ['a page in UTF-16LE that is called big-endian', Buffer.from(MARK + PAGE, 'utf16le'), 'text/plain; charset=utf-16be'],
    ['a page in ASCII that is called UTF-16', Buffer.from(PAGE), 'text/plain; charset=utf-16'],
    ['a page in UTF-8 with its mark that is called Latin-1', Buffer.from(MARK + PAGE), 'text/plain; charset=iso-8859-1'],
    ['a text in UTF-8 with its mark that is called UTF-16', Buffer.from(`${MARK}bonjour!!!`), 'text/plain; charset=utf-16'],
    ['an error in JSON that is called UTF-16', Buffer.from('{"error":"expired","code":40}'), 'text/plain; charset=utf-16le'],
    ['a mark and nothing else', Buffer.from(MARK), 'text/plain'],
    ['blank lines and nothing else', Buffer.from('\r\n \r\n'), 'text/plain'],
    ['a page behind 4 KiB of blank lines', Buffer.from('\r\n'.repeat(2_100) + PAGE), 'text/plain'],
    ['a page whose beginning the first 4 KiB hardly reach', Buffer.from(`${' '.repeat(4_090)}<html>`), 'text/plain'],
    ['errors as a list', Buffer.from('[{"error":"expired","code":403}]'), 'application/json'],
    ['errors as a list, by another name', Buffer.from('[ {"errorCode" : 403}]'), 'text/plain'],
    ['an error whose attribute is long', Buffer.from(`<Error message="${'x'.repeat(4_200)}"/>`), 'text/plain'],
    ['an error whose tag is long', Buffer.from(`<Error ${'x'.repeat(4_200)}/>`), 'application/problem+xml'],
    ['a page that closes nothing', Buffer.from('<table><tr><td>Error 500: the link expired'), 'text/html; charset=utf-8'],
    ['sound in a charset that knows every byte', mp3(), 'text/plain; charset=iso-8859-1'],
    ['a file in a charset that knows every byte', latin('%PDF-1.7\n%âãÏÓ'), 'text/plain; charset=iso-8859-1'],
    ['a NUL', Buffer.from('bonjour\0'), 'text/plain'],
  ])('%s', (_what, body, contentType) => {
    expect(() => transcript(body, contentType)).toThrow(expect.objectContaining({ code: 'SOURCE_CONTENT_WRONG' }))
  })
})

describe('a transcript is', () => {
  it.each<[string, Buffer, string]>([
    ['text that mentions markup', Buffer.from('Agent : mettez <b>gras</b>, puis <html>.'), 'text/plain'],
    ['text in pointed brackets', Buffer.from('<Agent> bonjour\n<Client> 3 < 4'), 'text/plain'],
    ['a list of what was said', Buffer.from('[{"speaker":"agent","text":"bonjour"}]'), 'application/json'],
    ['a list in which somebody says error', Buffer.from('["error", "yes, an error"]'), 'application/json'],
    ['text with a time in brackets', Buffer.from('[00:01] Agent : bonjour'), 'text/plain'],
    ['text behind a few blank lines', Buffer.from(`\r\n\r\n${'Agent : bonjour\n'.repeat(500)}`), 'text/plain'],
    ['one word', Buffer.from('oui'), 'text/plain'],
    ['text in UTF-16BE with its mark', bigEndian(`${MARK}Allô`), 'text/plain; charset=utf-16'],
    ['text in UTF-16LE without one', Buffer.from('Allô', 'utf16le'), 'text/plain; charset=utf-16'],
    ['text called HTML', Buffer.from('Agent : bonjour'), 'text/html'],
  ])('%s', (_what, body, contentType) => {
    expect(transcript(body, contentType).extension).toBe('txt')
  })

  it('read by its mark to its end, however it comes', () => {
    const inspector = createTextInspector({ contentType: 'text/plain; charset=utf-16', bytes: undefined })
    const [body, half] = [bigEndian(`${MARK}Allô`), createTextInspector({ contentType: 'text/plain; charset=utf-16', bytes: 3 })]

    const readWhole = () => {
      for (const byte of body) inspector.piece(Buffer.from([byte]))
      inspector.end()
    }
    const readHalf = () => {
      half.piece(Buffer.from([0xfe, 0xff, 0x00]))
      half.end()
    }

    expect(readWhole).not.toThrow()
    expect(readHalf).toThrow(expect.objectContaining({ code: 'SOURCE_CONTENT_WRONG' }))
  })
})

describe('no recording is', () => {
  it.each<[string, Buffer]>([
    ['an error in Shift-JIS', hex('8347838983818145815b82aa94ad90b682b582dc82b582bd')],
    ['an error in windows-1251', hex('cef8e8e1eae020f1e5f0e2e5f0e0')],
    ['a long error in windows-1251', Buffer.concat(Array(500).fill(hex('cef8e8e1eae020f1e5f0e2e5f0e02e20c7e2eeede8f2e53a20353535')))],
    ['a text that begins like a tag', latin('ID3\nno such recording')],
    ['a page behind the colours of a terminal', latin('\x1b[0m<html>error</html>')],
    ['a text in the colours of a terminal', latin('\x1b[31mno such recording\x1b[0m')],
    ['a page behind noise', latin('\x01\x02\x03 <!DOCTYPE html>')],
    ['a gzip', hex('1f8b0800000000000003b3c9285174')],
    ['a PNG', hex('89504e470d0a1a0a0000000d49484452')],
    ['a PDF', latin('%PDF-1.7\n%\xe2\xe3\x01')],
    ['a ZIP', latin('PK\x03\x04\x14\0\0\0')],
    ['a JPEG', hex('ffd8ffe000104a464946')],
  ])('%s that is called audio', (_what, body) => {
    expect(() => recording(body)).toThrow(expect.objectContaining({ code: 'SOURCE_CONTENT_WRONG' }))
  })
})

describe('a recording is', () => {
  it.each<[string, Buffer, string]>([
    ['silence in A-law, which is the letter U', Buffer.alloc(5_000, 0x55), 'audio/x-alaw-basic'],
    [
      'near silence in A-law',
      Buffer.from(Array.from({ length: 5_000 }, (_, at) => [0x55, 0xd5, 0x54, 0x57, 0x51][at % 5] ?? 0)),
      'audio/basic',
    ],
    [
      'quiet in mu-law',
      Buffer.from(Array.from({ length: 5_000 }, (_, at) => [0x7e, 0xfe, 0x7d, 0xfd, 0x7c, 0x7b][at % 6] ?? 0)),
      'audio/basic',
    ],
    [
      'speech in A-law without a control character',
      Buffer.from(Array.from({ length: 5_000 }, (_, at) => 0x40 + ((at * 7) % 0x20) + (at % 2) * 0x80)),
      'audio/basic',
    ],
    ['AMR', Buffer.concat([latin('#!AMR\n'), Buffer.alloc(300, 0x3c)]), 'audio/amr'],
    ['AAC', Buffer.concat([hex('fff15080'), Buffer.alloc(300, 1)]), 'audio/aac'],
  ])('%s', (_what, body, contentType) => {
    expect(recording(body, contentType).extension).toBe('bin')
  })

  it('known by its container although XML stands in it', () => {
    const chunk = Buffer.concat([latin('iXML\x20\0\0\0'), latin('<?xml version="1.0"?><html></html>'.slice(0, 32))])

    expect(recording(wav({ extra: chunk }), 'audio/wav').extension).toBe('wav')
  })
})
