import { readFileSync } from 'node:fs'
import { packagedFile } from '#cli/packaged-file'

export interface ErrorDocumentation {
  readonly means: string
  readonly next: string
}

const ROW = /^\| `(\w+)` \|[^|]*\| ([^|]+) \|[^|]*\| ([^|]+) \|$/gm

/** Every code that docs/errors.md explains. */
export const errorCodes = (): readonly string[] => rows().map(([, code = '']) => code)

/** What docs/errors.md says of a code: what it means, and what an operator does about it. */
export function errorDocumentation(code: string): ErrorDocumentation | undefined {
  const [, , means, next] = rows().find(([, named]) => named === code) ?? []
  return means === undefined || next === undefined ? undefined : { means, next }
}

const rows = () => [...readFileSync(packagedFile('docs/errors.md'), 'utf8').matchAll(ROW)]
