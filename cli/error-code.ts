import { InvalidArgumentError } from 'commander'
import { errorCodes } from '#cli/next-steps'

/** A code that docs/errors.md has: another one is no call's last error, so that nothing would be found by it. */
export function parseErrorCode(text: string): string {
  const codes = errorCodes()
  if (codes.includes(text)) return text
  const [nearest] = codes
    .map((code) => ({ code, distance: distanceOf(text.toUpperCase(), code) }))
    .sort((one, other) => one.distance - other.distance)
  const isNear = nearest !== undefined && nearest.distance <= nearest.code.length / 3
  throw new InvalidArgumentError(`No error has that code.${isNear ? ` Did you mean ${nearest.code}?` : ' docs/errors.md has them all.'}`)
}

/** How many letters have to be put in, left out or changed (Levenshtein). */
function distanceOf(one: string, other: string): number {
  let row = Array.from({ length: other.length + 1 }, (_, index) => index)
  for (const [line, letter] of [...one].entries()) {
    const next = [line + 1]
    for (const [column, wanted] of [...other].entries()) {
      const [left = 0, above = 0, corner = 0] = [next[column], row[column + 1], row[column]]
      next.push(Math.min(left + 1, above + 1, corner + (letter === wanted ? 0 : 1)))
    }
    row = next
  }
  return row[other.length] ?? 0
}
