import { readFileSync } from 'node:fs'
import { packagedFile } from '#cli/packaged-file'

export interface ErrorDocumentation {
  readonly means: string
  readonly next: string
}

const ROW = /^\| `(\w+)` \|[^|]*\| ([^|]+) \|[^|]*\| ([^|]+) \|$/gm

/** What docs/errors.md says of a code: what it means, and what an operator does about it. */
export function errorDocumentation(code: string): ErrorDocumentation | undefined {
  const text = readFileSync(packagedFile('docs/errors.md'), 'utf8')
  const [, , means, next] = [...text.matchAll(ROW)].find(([, named]) => named === code) ?? []
  return means === undefined || next === undefined ? undefined : { means, next }
}
