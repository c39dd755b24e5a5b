import { timingSafeEqual } from 'node:crypto'

/**
 * Whether any of the given texts is one of the expected, letter for letter: a signature has one spelling.
 * (Decoded, several spellings would give the same bytes: base64 has spare bits, hex two cases.)
 *
 * Compares all with all: the time tells nothing about which one was nearly right.
 * @returns the index of the expected one, or -1
 */
export function indexOfEqual(given: readonly string[], expected: readonly string[]): number {
  let found = -1
  for (const one of given.map((text) => Buffer.from(text))) {
    expected.forEach((text, index) => {
      const other = Buffer.from(text)
      found = one.length === other.length && timingSafeEqual(one, other) ? index : found
    })
  }
  return found
}
