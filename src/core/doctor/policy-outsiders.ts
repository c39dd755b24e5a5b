/** What of a policy's statement says whom it is for. */
export interface Admission {
  readonly Effect: string
  readonly Principal?: unknown
  readonly NotPrincipal?: unknown
  readonly Condition: Readonly<Record<string, Readonly<Record<string, readonly string[]>>>>
}

/** Whom a statement lets in who is not of the account: nobody, where a condition names the account and no other. */
export function outsidersIn({ Effect, Principal, NotPrincipal, Condition }: Admission, accountId: string): readonly string[] {
  if (Effect !== 'Allow' || isForAccount(Condition, accountId)) return []
  const condition = Object.keys(Condition).length === 0 ? '' : ', under a condition that does not name the account'
  if (NotPrincipal !== undefined) return [`everybody but some${condition}`]
  return principalsIn(Principal)
    .filter((principal) => !isOfAccount(principal, accountId))
    .map((principal) => `${principal === '*' ? 'everybody' : `${principal}, who is not of the account`}${condition}`)
}

/** `*`, `{ AWS: ARN }`, `{ Service: [NAME, NAME] }`: every kind of them. */
function principalsIn(principal: unknown): readonly string[] {
  if (typeof principal !== 'object' || principal === null) return [String(principal)]
  return Object.values(principal).flat().map(String)
}

/** `arn:aws:iam::ACCOUNT:role/NAME`, or the account's number alone. */
const isOfAccount = (principal: string, accountId: string) =>
  principal === accountId || (principal.startsWith('arn:') && principal.split(':')[4] === accountId)

const isForAccount = (condition: Admission['Condition'], accountId: string) =>
  Object.entries(condition).some(
    ([operator, keys]) =>
      operator === 'StringEquals' &&
      Object.entries(keys).some(
        ([key, values]) =>
          /^aws:(Principal|Source)Account$/i.test(key) && values.length > 0 && values.every((value) => value === accountId),
      ),
  )
