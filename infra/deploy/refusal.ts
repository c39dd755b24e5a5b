/** What the SDK throws, as far as it helps. */
interface Refusal {
  readonly name?: string
  readonly code?: string
  readonly message?: string
}

const LOOK = 'Set AWS_PROFILE or say --aws-profile NAME; aws sts get-caller-identity says who you are.'

const REASONS: readonly { readonly of: RegExp; readonly says: string }[] = [
  { of: /^CredentialsProviderError$/, says: `no AWS credentials were found. ${LOOK}` },
  { of: /Expired/, says: 'the AWS credentials have expired. Sign in again (aws sso login, where that is how you do it).' },
  {
    of: /^(UnrecognizedClient|InvalidClientTokenId|InvalidSignature|SignatureDoesNotMatch|InvalidAccessKeyId)/,
    says: `AWS does not know the credentials. ${LOOK}`,
  },
  { of: /^AccessDenied/, says: 'the credentials may not. docs/operations.md, "Rights", says what is needed.' },
  {
    of: /^ENOTFOUND$|^EAI_AGAIN$/,
    says: 'its host has no address. Look at --region, at the network, and at AWS_ENDPOINT_URL where it is set.',
  },
  {
    of: /^(ECONNREFUSED|ECONNRESET|EHOSTUNREACH|ENETUNREACH|ETIMEDOUT|TimeoutError)$/,
    says: 'AWS cannot be reached from here. Look at the network, and at AWS_ENDPOINT_URL where it is set.',
  },
  { of: /^ResourceNotFound/, says: 'there is none by that ARN. aws secretsmanager list-secrets names those that there are.' },
]

/** Why AWS did not do what was asked, as the end of a sentence and with what to do next. */
export function whyNot(error: unknown): string {
  const { name = '', code = '', message = '' } = innermost(error)
  const known = REASONS.find(({ of }) => of.test(name) || of.test(code))
  return known === undefined ? [name, message].filter(Boolean).join(': ') || 'no answer.' : `${known.says} (${code || name})`
}

/** Where several addresses were tried, each has an error of its own. */
const innermost = (error: unknown): Refusal => {
  const { errors } = error as { errors?: readonly unknown[] }
  return (errors?.[0] ?? error) as Refusal
}
