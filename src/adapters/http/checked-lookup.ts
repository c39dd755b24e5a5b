import { type LookupAddress, type LookupAllOptions, lookup as systemLookup } from 'node:dns'
import type { LookupFunction } from 'node:net'
import { assertSourceAddresses } from '#adapters/http/source-address'

type Resolve = (
  hostname: string,
  options: LookupAllOptions,
  callback: (error: NodeJS.ErrnoException | null, addresses: LookupAddress[]) => void,
) => void

/**
 * Resolves a name for a connection, and fails if any of its addresses is refused.
 *
 * The check stands between resolving and connecting, on the very addresses that are connected to: a name that changes its answer
 * after a check (DNS rebinding) gains nothing.
 */
export function createCheckedLookup(allowInsecure: boolean, resolve: Resolve = systemLookup): LookupFunction {
  return (hostname, options, callback) => {
    const all: LookupAllOptions = { hints: options.hints, order: options.order, family: options.family, all: true }
    resolve(hostname, all, (error, addresses) => {
      const refusal = error ?? refusalOf(addresses, allowInsecure)
      const first = addresses?.[0]
      if (refusal !== undefined || first === undefined) callback(refusal ?? new Error('the name has no address'), [])
      else if (options.all) callback(null, addresses)
      else callback(null, first.address, first.family)
    })
  }
}

function refusalOf(addresses: readonly LookupAddress[], allowInsecure: boolean): Error | undefined {
  try {
    assertSourceAddresses(
      addresses.map(({ address }) => address),
      allowInsecure,
    )
    return undefined
  } catch (refusal) {
    return refusal instanceof Error ? refusal : new Error('refused', { cause: refusal })
  }
}
