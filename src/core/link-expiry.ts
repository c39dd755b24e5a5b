import { addSeconds, parseInstant } from '#core/instants'

/** How long the provider says that its links hold. */
const PROMISED_SECONDS = 3_600

/**
 * When a link lapses: as it says itself, else an hour after the answer that it came in.
 *
 * Known are the forms of S3 and Google Cloud Storage (a signing date and seconds), of CloudFront and older S3 (`Expires`),
 * of Azure (`se`), and `exp` or `expires` of others.
 */
export function linkExpiresAt(url: string, fetchedAt: Date): Date {
  const query = URL.parse(url)?.searchParams ?? new URLSearchParams()
  const said = new Map([...query].map(([name, value]) => [name.toLowerCase(), value]))
  return signedUntil(said, 'amz') ?? signedUntil(said, 'goog') ?? untilOf(said) ?? addSeconds(fetchedAt, PROMISED_SECONDS)
}

function signedUntil(said: ReadonlyMap<string, string>, vendor: 'amz' | 'goog'): Date | undefined {
  const signedAt = basicInstant(said.get(`x-${vendor}-date`))
  const seconds = wholeNumber(said.get(`x-${vendor}-expires`))
  return signedAt === undefined || seconds === undefined ? undefined : addSeconds(signedAt, seconds)
}

function untilOf(said: ReadonlyMap<string, string>): Date | undefined {
  const azure = parseInstant(said.get('se'))
  return azure ?? epochInstant(said.get('expires')) ?? epochInstant(said.get('exp'))
}

/** `20261124T211605Z`: ISO 8601 in its basic form. */
const basicInstant = (text: string | undefined) =>
  parseInstant(text?.replace(/^(\d{4})(\d{2})(\d{2})T(\d{2})(\d{2})(\d{2})Z$/, '$1-$2-$3T$4:$5:$6Z'))

/** Seconds since 1970, or milliseconds where the number is too large for seconds. Small ones are a duration, which says nothing. */
function epochInstant(text: string | undefined): Date | undefined {
  const number = wholeNumber(text)
  if (number === undefined || number < 1e9) return undefined
  return new Date(number < 1e11 ? number * 1_000 : number)
}

const wholeNumber = (text: string | undefined) => (text !== undefined && /^\d{1,13}$/.test(text) ? Number(text) : undefined)
