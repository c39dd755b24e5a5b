import { ArchiveUnavailableError } from '#core/archive-errors'
import { SettingsUnavailableError } from '#core/errors'
import { ProviderUnavailableError } from '#core/provider-errors'
import { CatalogUnavailableError, QueueUnavailableError } from '#core/queue-errors'
import { SourceUnavailableError } from '#core/source-errors'
import type { Plan } from './plan.ts'
import { chanceOf } from './random.ts'

/**
 * What can befall a port call.
 *
 * - `error`: it fails before it took effect; `lost-answer`: after. `late-effect`: it fails, and takes effect much later all the same.
 * - `kill-before`, `kill-after`: its worker is never heard of again.
 * - `freeze-before`, `freeze-after`: its worker stands still until long after its lease ended, and then goes on as if nothing had been.
 * - `slow`: it is answered only after minutes, by when its worker may have given up.
 */
export const FAULT_KINDS = [
  'error',
  'lost-answer',
  'late-effect',
  'kill-before',
  'kill-after',
  'freeze-before',
  'freeze-after',
  'slow',
] as const
export type FaultKind = (typeof FAULT_KINDS)[number]

export interface Fault {
  /** The port call that it befalls: operation, subject and how many of them there were before. */
  readonly name: string
  readonly kind: FaultKind
  /** How long a freeze, a slow answer or a late effect takes. */
  readonly seconds: number
}

export interface Faults {
  /** What befalls this port call, if anything. */
  of(name: string, seconds: number): Fault | undefined
  /** Those that did befall one, in order. */
  met(): readonly Fault[]
  /** From now on nothing befalls anything. */
  end(): void
}

export function createFaults({ seed, faults, outages = [] }: Plan): Faults {
  const only = 'only' in faults ? new Map(faults.only.map((fault) => [fault.name, fault])) : undefined
  const met: Fault[] = []
  let areOver = false

  return {
    of(name, seconds) {
      if (areOver) return undefined
      const fault =
        'only' in faults
          ? only?.get(name)
          : outages.some(({ from, to }) => name.startsWith('archive.') && from <= seconds && seconds < to)
            ? { name, kind: 'error' as const, seconds: 0 }
            : seconds < faults.until && chanceOf(seed, `fault ${name}`) < faults.rate
              ? draw(name)
              : undefined
      if (fault !== undefined) met.push(fault)
      return fault
    },
    met: () => met,
    end() {
      areOver = true
    },
  }

  function draw(name: string): Fault {
    const kind = FAULT_KINDS[Math.floor(chanceOf(seed, `kind ${name}`) * FAULT_KINDS.length)] ?? 'error'
    const most = chanceOf(seed, `scale ${name}`) < 0.6 ? 1_200 : 6 * 3_600
    return { name, kind, seconds: Math.round(20 + chanceOf(seed, `seconds ${name}`) * most) }
  }
}

/** What the adapter behind a port throws when its other side fails. */
export function errorOf(port: string): Error {
  switch (port) {
    case 'archive':
    case 'reports':
      return new ArchiveUnavailableError('did not answer')
    case 'catalog':
    case 'lookup':
    case 'failedCalls':
    case 'watermarks':
    case 'coverage':
      return new CatalogUnavailableError()
    case 'provider':
      return new ProviderUnavailableError('did not answer')
    case 'sources':
      return new SourceUnavailableError('did not answer')
    case 'settings':
      return new SettingsUnavailableError('the settings')
    default:
      return new QueueUnavailableError()
  }
}
