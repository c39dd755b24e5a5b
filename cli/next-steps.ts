import { readFileSync } from 'node:fs'

const ROW = /^\| `(\w+)` \|(?:[^|]*\|){3} ([^|]+) \|$/gm

/** What docs/errors.md tells an operator to do about a code. */
export function nextStepFor(code: string): string | undefined {
  const text = readFileSync(new URL('../docs/errors.md', import.meta.url), 'utf8')
  return [...text.matchAll(ROW)].find(([, named]) => named === code)?.[2]
}
