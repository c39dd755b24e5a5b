import { textAt } from '#core/event-document'
import type { ChallengeSettings } from '#core/event-source'

/** The longest token that is answered: it is sent back as it came. */
const MAX_TOKEN_LENGTH = 512

export type ChallengeAnswer =
  | { readonly kind: 'challenged'; readonly answer: Readonly<Record<string, string>> }
  | { readonly kind: 'malformed'; readonly problem: string }

/**
 * Answers an authentic request by which a sender makes sure that the right one listens, in the sender's own form.
 *
 * @param proofOf made with the secret that signed the request: of several, the sender knows that one
 * @returns undefined where the document is no challenge
 */
export function answerChallenge(
  { typeAt, type, tokenAt, answer }: ChallengeSettings,
  document: unknown,
  proofOf: (text: string) => string,
): ChallengeAnswer | undefined {
  if (textAt(document, typeAt) !== type) return undefined
  const token = textAt(document, tokenAt)
  if (token === undefined || token.length > MAX_TOKEN_LENGTH) return { kind: 'malformed', problem: `no usable token at ${tokenAt}` }
  return { kind: 'challenged', answer: { [answer.token]: token, [answer.proof]: proofOf(token) } }
}
