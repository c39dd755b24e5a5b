import { describe, it } from 'vitest'
import { installVerifier } from './verify-archive.ts'

const complaint = await installVerifier().then(
  () => undefined,
  (reason: Error) => reason.message,
)

/**
 * Describes what holds on the local cloud, with the independent verifier at hand. Where Python is missing the title says what to
 * install; with CI=true that fails.
 */
export function describeLocally(title: string, suite: () => void): void {
  if (complaint === undefined) return void describe(title, suite)
  if (process.env.CI === 'true') throw new Error(complaint)
  describe(title, () => it.skip(`is not tested: ${complaint}`))
}
