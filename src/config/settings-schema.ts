import * as v from 'valibot'

const DAYS_IN_A_CENTURY = 36_525
const text = v.pipe(v.string(), v.nonEmpty())
const wholeNumber = (least: number, most: number) => v.pipe(v.number(), v.integer(), v.minValue(least), v.maxValue(most))
const byOrganization = <T extends v.GenericSchema>(value: T) => v.optional(v.record(text, value), {})

const RetentionRuleSchema = v.strictObject({
  /** Counted from the end of the call. */
  days: wholeNumber(1, DAYS_IN_A_CENTURY),
  /** A name for the rule: it stands in each manifest. */
  policy: text,
})

const AllomiaSchema = v.strictObject({
  baseUrl: v.optional(v.pipe(v.string(), v.url()), 'https://allomia.com'),
  apiKey: v.optional(text),
  apiKeys: v.optional(v.strictObject({ default: v.optional(text), organizations: byOrganization(text) })),
  organizationIds: v.array(text),
  fieldMap: v.optional(v.strictObject({ outcome: v.optional(text), summaryFr: v.optional(text) }), {}),
  lookBackDays: v.optional(wholeNumber(1, 366), 7),
  maxRequestsPerSecond: v.optional(v.pipe(v.number(), v.minValue(0.1), v.maxValue(1_000)), 5),
  sendOrganizationId: v.optional(v.boolean(), false),
})

const WaitsSchema = v.strictObject({
  artifactGraceHours: v.optional(v.pipe(v.number(), v.minValue(0), v.maxValue(720)), 2),
  artifactWaitHours: v.optional(v.pipe(v.number(), v.minValue(0), v.maxValue(8_760)), 72),
  recheckAfterHours: v.optional(v.pipe(v.number(), v.minValue(0), v.maxValue(8_760)), 24),
  reasonsWithoutRecording: v.optional(v.array(text), ['busy', 'no-answer', 'failed', 'customer-busy', 'customer-did-not-answer']),
})

/** The `settings` document, as docs/settings.schema.json publishes it. */
export const SettingsSchema = v.strictObject({
  allomia: AllomiaSchema,
  retention: v.strictObject({ default: RetentionRuleSchema, organizations: byOrganization(RetentionRuleSchema) }),
  waits: v.optional(WaitsSchema, {}),
  sources: v.optional(v.strictObject({ hostAllowlist: v.optional(v.array(text), []) }), {}),
})
