import { createHmac, randomBytes, timingSafeEqual } from 'node:crypto'

/** Links that lapse, in the query form of S3's pre-signed ones, for what the simulator serves itself. */
export interface SignedLinks {
  /** `path` with a signature that holds for `seconds`. */
  sign(path: string, seconds: number): string
  check(url: URL): 'valid' | 'expired' | 'forged'
}

const ALGORITHM = 'AWS4-HMAC-SHA256'

/** The key lives as long as the simulator: no link outlives it. */
export function createSignedLinks(baseUrl: string, now: () => number): SignedLinks {
  const key = randomBytes(32)
  const signatureOf = (path: string, query: URLSearchParams) => createHmac('sha256', key).update(`${path}\n${query}`).digest('hex')

  return {
    sign(path, seconds) {
      const query = new URLSearchParams({
        'X-Amz-Algorithm': ALGORITHM,
        'X-Amz-Date': basicInstant(now()),
        'X-Amz-Expires': String(seconds),
        'X-Amz-SignedHeaders': 'host',
      })
      const signature = signatureOf(path, query)
      return `${baseUrl}${path}?${query}&X-Amz-Signature=${signature}`
    },
    check({ pathname, searchParams }) {
      const query = new URLSearchParams(searchParams)
      const signature = query.get('X-Amz-Signature') ?? ''
      query.delete('X-Amz-Signature')
      if (!areEqual(signature, signatureOf(pathname, query))) return 'forged'
      return now() < expiresAtOf(query) ? 'valid' : 'expired'
    },
  }
}

/** `20250528T142015Z`: ISO 8601's basic form, as AWS signs it. */
function basicInstant(milliseconds: number): string {
  return `${new Date(milliseconds).toISOString().slice(0, 19).replaceAll(/[-:]/g, '')}Z`
}

function expiresAtOf(query: URLSearchParams): number {
  const date = query.get('X-Amz-Date') ?? ''
  const extended = date.replace(/^(\d{4})(\d{2})(\d{2})T(\d{2})(\d{2})(\d{2})Z$/, '$1-$2-$3T$4:$5:$6Z')
  return Date.parse(extended) + Number(query.get('X-Amz-Expires')) * 1_000
}

function areEqual(given: string, expected: string): boolean {
  return given.length === expected.length && timingSafeEqual(Buffer.from(given, 'latin1'), Buffer.from(expected, 'latin1'))
}
