import type { AuthenticatorSettings } from '#core/event-source'

export const HIDDEN = '***'

/** Takes what proves a sender out of an answer, which may quote what it was sent: from each text in it, names included. */
export function hidingSecretsOf(authenticator: AuthenticatorSettings): (answer: unknown) => unknown {
  const given = [
    ...('secrets' in authenticator ? authenticator.secrets : []),
    ...(authenticator.type === 'token' ? authenticator.tokens : []),
  ]
  // In a query one may stand encoded. The longest first: one may be the beginning of another.
  const secrets = [...new Set(given.flatMap((secret) => [secret, encodeURIComponent(secret)]))]
    .filter((secret) => secret !== '')
    .sort((one, other) => other.length - one.length)
  const hideIn = (text: string) => secrets.reduce((hidden, secret) => hidden.replaceAll(secret, HIDDEN), text)

  return function hide(answer: unknown): unknown {
    if (typeof answer === 'string') return hideIn(answer)
    if (Array.isArray(answer)) return answer.map(hide)
    if (typeof answer !== 'object' || answer === null) return answer
    return Object.fromEntries(Object.entries(answer).map(([name, value]) => [hideIn(name), hide(value)]))
  }
}
