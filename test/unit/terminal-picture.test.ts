import { describe, expect, it } from 'vitest'
import { terminalPicture } from '../../infra/build/terminal-picture.ts'

const pieces = (svg: string) =>
  [...svg.matchAll(/<text x="([\d.]+)" y="(\d+)" fill="(#\w+)"[^>]*>([^<]*)<\/text>/g)].map((match) => match.slice(1))

describe('the picture of a terminal', () => {
  it('has each piece in its colour, behind the one before', () => {
    const [plain, red, rest] = pieces(terminalPicture('ok \u001b[31mwrong\u001b[39m, so\n'))

    expect([plain, red, rest].map((piece) => piece?.[3])).toEqual(['ok ', 'wrong', ', so'])
    expect(red?.[2]).toBe('#ff7b72')
    expect(rest?.[2]).toBe(plain?.[2])
    expect([plain, red, rest].map((piece) => Number(piece?.[0]))).toEqual([16, 16 + 3 * 7.8, 16 + 8 * 7.8])
  })

  it('goes on in the next row where a line is longer than the terminal is wide', () => {
    const drawn = pieces(terminalPicture('ab\u001b[2mcdefg\u001b[22m', 3))

    expect(drawn.map(([, y, , text]) => [y, text])).toEqual([
      ['29', 'ab'],
      ['29', 'c'],
      ['48', 'def'],
      ['67', 'g'],
    ])
  })

  it('shows what XML would take for its own', () => {
    expect(pieces(terminalPicture('<a> & b'))[0]?.[3]).toBe('&lt;a&gt; &amp; b')
  })
})
