import { UsageError } from './report-error.ts'

/** `127.0.0.0/8`, `[::1]`, and the names that never leave the machine (RFC 6761). */
const LOOPBACK = /^(127\.\d+\.\d+\.\d+|\[::1\]|(.+\.)?localhost)$/

/**
 * Where a signed event may be posted to: https, or http on this machine, since a token goes along. No sentence quotes what was given,
 * which may hold one.
 * @throws {UsageError}
 */
export function doorUrl(text: string): string {
  const url = URL.parse(text)
  if (url === null) throw new UsageError('--url is no URL: https://HOST/events is the form.')
  const { protocol, username, password, hostname, search, hash, href } = url
  if (!['https:', 'http:'].includes(protocol)) throw new UsageError('--url has to begin with https://.')
  if (username !== '' || password !== '') throw new UsageError('--url has a user name or a password in it: leave them out.')
  if (search !== '' || hash !== '') throw new UsageError('--url has a query or a fragment: a source follows its path.')
  if (protocol === 'http:' && !LOOPBACK.test(hostname))
    throw new UsageError('--url is http, and not of this machine: what is sent there could be read on the way. Use https.')
  return href.replace(/\/+$/, '')
}
