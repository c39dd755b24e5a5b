import * as v from 'valibot'

const DAYS_IN_A_CENTURY = 36_525
const text = v.pipe(v.string(), v.nonEmpty())
const wholeNumber = (least: number, most: number) => v.pipe(v.number(), v.integer(), v.minValue(least), v.maxValue(most))
/** A host, or `*.` and what hosts end in: neither a URL nor a port, nor a star elsewhere, since such an entry would match nothing. */
const HOST = /^(\*\.)?[^\s*./:?#@\\[\]%]+(\.[^\s*./:?#@\\[\]%]+)*$/
const host = v.pipe(v.string(), v.regex(HOST, 'has to be a host, or *. and what hosts end in'))
/** What the published schema says of a value. */
const described = <T extends v.GenericSchema>(value: T, sentence: string) => v.pipe(value, v.description(sentence))
const hours = (most: number) => v.pipe(v.number(), v.minValue(0), v.maxValue(most))
const byOrganization = <T extends v.GenericSchema>(value: T) => v.optional(v.record(text, value), {})

const RetentionRuleSchema = v.strictObject({
  days: described(wholeNumber(1, DAYS_IN_A_CENTURY), 'Counted from the end of the call.'),
  policy: described(text, 'A name for the rule: it stands in each manifest.'),
})

const AllomiaSchema = v.strictObject({
  baseUrl: v.optional(described(v.pipe(v.string(), v.url()), 'Where the API is, without /api.'), 'https://allomia.com'),
  apiKey: v.optional(described(text, 'The key for every organization; instead of apiKeys.')),
  apiKeys: v.optional(
    described(
      v.strictObject({ default: v.optional(text), organizations: byOrganization(text) }),
      'A key for each of some organizations, and one for all others; instead of apiKey.',
    ),
  ),
  organizationIds: described(v.array(text), 'The organizations whose lists of calls are looked through.'),
  fieldMap: v.optional(
    described(
      v.strictObject({ outcome: v.optional(text), summaryFr: v.optional(text) }),
      'The names that the outcome and the French summary have in the answers of the API.',
    ),
    {},
  ),
  lookBackDays: v.optional(described(wholeNumber(1, 366), 'How far back the first reconciliation looks.'), 7),
  maxRequestsPerSecond: v.optional(described(v.pipe(v.number(), v.minValue(0.1), v.maxValue(1_000)), 'To the API, of the whole stack.'), 5),
  sendOrganizationId: v.optional(
    described(v.boolean(), 'Sends the organizationId query with GET /api/calls/{id}, where the message names an organization.'),
    false,
  ),
})

const WaitsSchema = v.strictObject({
  artifactGraceHours: v.optional(
    described(
      hours(720),
      'How long after the end of a call its transcript and recording may be missing before the rest is archived without them.',
    ),
    2,
  ),
  artifactWaitHours: v.optional(described(hours(8_760), 'How long after the end of a call something missing is looked for.'), 72),
  recheckAfterHours: v.optional(described(hours(8_760), 'When an archived call is looked at once more; 0: never.'), 24),
  reasonsWithoutRecording: v.optional(
    described(
      v.array(text),
      'Values of callEndedReason after which no transcript and no recording come; compared as a whole, without case.',
    ),
    ['busy', 'no-answer', 'failed', 'customer-busy', 'customer-did-not-answer'],
  ),
})

/** The `settings` document, as docs/settings.schema.json publishes it. */
export const SettingsSchema = v.strictObject({
  allomia: AllomiaSchema,
  retention: v.strictObject({ default: RetentionRuleSchema, organizations: byOrganization(RetentionRuleSchema) }),
  waits: v.optional(WaitsSchema, {}),
  sources: v.optional(
    v.strictObject({
      hostAllowlist: v.optional(
        described(v.array(host), 'Hosts that links may lead to: an exact one, or *.suffix. Empty: every public host.'),
        [],
      ),
    }),
    {},
  ),
})
