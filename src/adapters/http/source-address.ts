import { domainToASCII } from 'node:url'
import ipaddr from 'ipaddr.js'
import { SourceAddressRefusedError } from '#core/source-errors'

export interface AddressRules {
  /** Also http, and loopback or private addresses: for the local cloud and tests. */
  readonly allowInsecure: boolean
  /** `host` or `*.suffix`; none: every host. It narrows, and exempts from nothing. */
  readonly hostAllowlist: readonly string[]
}

/** Where clouds hand credentials to whoever asks from inside. No setting opens them. */
const METADATA_ADDRESSES = new Set([
  '169.254.169.254',
  '169.254.170.2',
  '169.254.170.23',
  '100.100.100.200',
  '168.63.129.16', // Azure's, the one among public addresses
  'fd00:ec2::254',
  'fd00:ec2::23',
  'fd20:ce::254', // Google
  'fd00:c1::a9fe:a9fe', // Oracle
  'fd00:42::42', // Scaleway
])

/** What a machine of one's own may answer on. */
const INSIDE_RANGES = new Set(['loopback', 'private', 'uniqueLocal'])

/** Of IPv6, only this was ever given out for use on the internet. */
const PUBLIC_IPV6 = ipaddr.IPv6.parseCIDR('2000::/3')

/**
 * Refuses a link by its text, before anything is connected to. A name is judged again by what it resolves to.
 * @throws {SourceAddressRefusedError} halt; the message names the rule, never the link
 */
export function assertSourceUrl(url: URL, { allowInsecure, hostAllowlist }: AddressRules): void {
  if (url.protocol !== 'https:' && !(allowInsecure && url.protocol === 'http:')) throw new SourceAddressRefusedError('not https')
  if (url.username !== '' || url.password !== '') throw new SourceAddressRefusedError('it carries credentials')
  if (!isListed(hostOf(url), hostAllowlist)) throw new SourceAddressRefusedError('its host is not in hostAllowlist')
  if (ipaddr.isValid(hostOf(url))) assertSourceAddresses([hostOf(url)], allowInsecure)
}

/**
 * Refuses a host if any of its addresses is one that no recording can have: which one is connected to is not ours to choose.
 * @throws {SourceAddressRefusedError} halt
 */
export function assertSourceAddresses(addresses: readonly string[], allowInsecure: boolean): void {
  for (const address of addresses) {
    if (!isAllowed(address, allowInsecure)) throw new SourceAddressRefusedError('it is no public address')
  }
}

function isAllowed(text: string, allowInsecure: boolean): boolean {
  if (!ipaddr.isValid(text)) return false
  // An IPv4 address in IPv6 clothes is judged as what it is.
  const address = ipaddr.process(withoutZone(text))
  if (METADATA_ADDRESSES.has(address.toString())) return false

  const range = address.range()
  if (allowInsecure && INSIDE_RANGES.has(range)) return true
  return range === 'unicast' && (address.kind() === 'ipv4' || address.match(PUBLIC_IPV6))
}

function isListed(host: string, hostAllowlist: readonly string[]): boolean {
  if (hostAllowlist.length === 0) return true
  return hostAllowlist.some((entry) => {
    const name = domainToASCII(entry.replace(/^\*\./, ''))
    return name !== '' && (entry.startsWith('*.') ? host.endsWith(`.${name}`) : host === name)
  })
}

/** The host as a name or an address: without the brackets of IPv6 and the root's dot. */
const hostOf = (url: URL) => url.hostname.replace(/^\[|\]$/g, '').replace(/\.$/, '')

const withoutZone = (address: string) => address.split('%')[0] ?? ''
