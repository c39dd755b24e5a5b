import * as v from 'valibot'

const PLACEHOLDERS = 'timestamp|body|id|method|url|params'
const ELEMENT = '[^{},]*\\{(timestamp|signature|id)\\}'

const seconds = v.pipe(v.number(), v.integer(), v.minValue(1), v.maxValue(3_600))
const header = v.pipe(v.string(), v.regex(/^[A-Za-z0-9-]{1,64}$/, 'has to be a header name'))
const payload = v.pipe(
  v.string(),
  v.maxLength(256),
  v.regex(
    new RegExp(`^([^{}]|\\{(${PLACEHOLDERS})\\})+$`),
    `has to be a template with no other placeholder than ${PLACEHOLDERS.replaceAll('|', ', ')}`,
  ),
)
const headerForm = v.pipe(
  v.string(),
  v.maxLength(256),
  v.regex(new RegExp(`^${ELEMENT}(,${ELEMENT})*$`), 'has to be a form such as t={timestamp},v0={signature}'),
)

/** How a sender proves itself: what a source says beside its preset, or in place of one. Which of it goes together is the loader's to judge. */
export const AuthenticatorSchema = v.strictObject({
  type: v.optional(v.picklist(['standard-webhooks', 'hmac', 'ed25519', 'token'])),
  signatureHeader: v.optional(header),
  timestampHeader: v.optional(header),
  idHeader: v.optional(header),
  algorithm: v.optional(v.picklist(['sha1', 'sha256', 'sha512'])),
  encoding: v.optional(v.picklist(['hex', 'base64', 'base64url'])),
  prefix: v.optional(v.pipe(v.string(), v.maxLength(64))),
  headerForm: v.optional(headerForm),
  payload: v.optional(payload),
  timestampUnit: v.optional(v.picklist(['s', 'ms'])),
  secretEncoding: v.optional(v.picklist(['utf8', 'base64', 'hex'])),
  toleranceSeconds: v.optional(v.nullable(seconds)),
  header: v.optional(header),
  inPath: v.optional(v.boolean()),
})

export type AuthenticatorDocument = v.InferOutput<typeof AuthenticatorSchema>
