import { describe, expect, it } from 'vitest'
import { printable, printableText } from '#cli/printable'
import { tableText } from '#cli/wording'

describe('what others wrote, in a line for people', () => {
  it.each([
    ['a colour', '\u001b[31m', '\\u001b[31m'],
    ['a title', '\u001b]0;owned\u0007', '\\u001b]0;owned\\u0007'],
    ['an escape in one byte', '\u009b2J', '\\u009b2J'],
    ['a line', 'a\r\nb', 'a\\u000d\\u000ab'],
    ['a separator', 'a\u2028b\u2029', 'a\\u2028b\\u2029'],
    ['a turn of direction', '\u202e\u2066\u200f\u061c', '\\u202e\\u2066\\u200f\\u061c'],
  ])('shows %s, and does not obey it', (_what, written, shown) => {
    expect(printable(written)).toBe(shown)
  })

  it('stays as it is where it only speaks another language', () => {
    expect(printable('Léa 李 مريم 🎧')).toBe('Léa 李 مريم 🎧')
  })

  it('begins no line of a table', () => {
    expect(tableText([['agent', 'Bob\nstate  failed']])).toBe('agent  Bob\\u000astate  failed')
  })
})

describe('a text for people', () => {
  it('keeps its own lines and colours, and no other sequence', () => {
    expect(printableText('\u001b[31mfailed\u001b[39m\n\u001b[2mdim\u001b[22m\u001b[2J\u001b[8m\r')).toBe(
      '\u001b[31mfailed\u001b[39m\n\u001b[2mdim\u001b[22m\\u001b[2J\\u001b[8m\\u000d',
    )
  })
})
