import { describe, inject, it } from 'vitest'
import type { Engines, MissingEngine } from './engine.ts'

type Available<Name extends keyof Engines> = Exclude<Engines[Name], MissingEngine>

/** Describes what holds on an engine. Where it is missing, the title says so, and why. */
export function describeWith<Name extends keyof Engines>(name: Name, suite: (engine: Available<Name>) => void): void {
  const engine: Engines[Name] = inject('engines')[name]
  if (isMissing(engine)) describe(`on ${name}`, () => it.skip(`is not tested: ${engine.missing}`))
  else describe(`on ${name}`, () => suite(engine as Available<Name>))
}

function isMissing(engine: Engines[keyof Engines]): engine is MissingEngine {
  return 'missing' in engine
}
