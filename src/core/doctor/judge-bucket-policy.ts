import * as v from 'valibot'
import { canonicalJson } from '#core/canonical-json'
import { type Finding, judged, PUT_BACK, problem } from '#core/doctor/finding'
import { outsidersIn } from '#core/doctor/policy-outsiders'
import type { RetentionMode } from '#core/settings'

/** What the policy speaks of. */
export interface PolicyPlace {
  readonly bucketArn: string
  readonly keyArn: string
  readonly breakGlassRoleArn: string
  readonly retentionMode: RetentionMode
  readonly accountId: string
}

/** Something that everybody has to be denied, and what they could do otherwise. */
interface Denial {
  readonly actions: readonly string[]
  readonly resources: readonly string[]
  readonly condition: object
  readonly otherwise: string
}

/** AWS takes one for a list of one, and a truth or a number for its text. */
const scalar = v.pipe(v.union([v.string(), v.boolean(), v.number()]), v.transform(String))
const oneOrMany = v.union([
  v.pipe(
    scalar,
    v.transform((given) => [given]),
  ),
  v.array(scalar),
])
const StatementSchema = v.object({
  Effect: v.string(),
  Principal: v.optional(v.unknown()),
  NotPrincipal: v.optional(v.unknown()),
  Action: v.optional(oneOrMany, []),
  Resource: v.optional(oneOrMany, []),
  Condition: v.optional(v.record(v.string(), v.record(v.string(), oneOrMany)), {}),
})
const PolicySchema = v.object({ Statement: v.array(StatementSchema) })
type Statement = v.InferOutput<typeof StatementSchema>

/** What the bucket has to refuse from everybody. Statements of others may stand beside ours, as long as they let nobody in. */
export function judgeBucketPolicy(text: string | undefined, place: PolicyPlace): readonly Finding[] {
  const problemThat = (sentence: string) => problem('bucket-policy', sentence, PUT_BACK)
  if (text === undefined) return [problemThat('the bucket has no policy: nothing but its locks keeps what is archived')]
  const read = v.safeParse(v.pipe(v.string(), v.parseJson(), PolicySchema), text)
  if (!read.success) return [problemThat('the bucket has a policy that cannot be read')]

  const { Statement: statements } = read.output
  const missing = denialsOf(place).filter((denial) => !statements.some((statement) => denies(statement, denial)))
  const outsiders = [...new Set(statements.flatMap((statement) => outsidersIn(statement, place.accountId)))]
  return judged('bucket-policy', 'refuses what it should from everybody', [
    ...missing.map(({ otherwise }) => problemThat(otherwise)),
    ...outsiders.map((outsider) => problemThat(`the policy allows something to ${outsider}`)),
  ])
}

function denialsOf({ bucketArn, keyArn, breakGlassRoleArn, retentionMode }: PolicyPlace): readonly Denial[] {
  const [everything, archived] = [[`${bucketArn}/*`], ['manifests', 'records', 'media'].map((room) => `${bucketArn}/${room}/*`)]
  const put = { actions: ['s3:PutObject'] }
  const otherMode = { StringNotEquals: { 's3:object-lock-mode': retentionMode } }
  const named = { Null: { 's3:x-amz-server-side-encryption': 'false' } }
  return [
    {
      actions: ['s3:*'],
      resources: [bucketArn, ...everything],
      condition: { Bool: { 'aws:SecureTransport': 'false' } },
      otherwise: 'the policy lets requests come without TLS',
    },
    {
      actions: ['s3:DeleteObject', 's3:DeleteObjectVersion', 's3:BypassGovernanceRetention'],
      resources: everything,
      condition: { ArnNotEquals: { 'aws:PrincipalArn': breakGlassRoleArn } },
      otherwise: 'the policy lets others than the break-glass role delete what is archived',
    },
    {
      ...put,
      resources: archived,
      condition: { Null: { 's3:if-none-match': 'true' } },
      otherwise: 'the policy lets something be put over what is archived',
    },
    ...(retentionMode === 'NONE'
      ? []
      : [
          {
            ...put,
            resources: archived,
            condition: { StringNotEquals: { 's3:object-lock-mode': retentionMode } },
            otherwise: `the policy lets objects be stored that are not locked in ${retentionMode} mode`,
          },
        ]),
    {
      ...put,
      resources: archived,
      condition: { NumericLessThan: { 's3:object-lock-remaining-retention-days': '1' } },
      otherwise: 'the policy lets objects be stored that are locked for less than a day',
    },
    {
      ...put,
      resources: everything,
      condition: { Null: { 's3:object-lock-mode': 'false' }, ...otherMode },
      otherwise: "the policy lets objects be stored under another lock than the stack's",
    },
    {
      actions: ['s3:PutObjectRetention'],
      resources: everything,
      condition: otherMode,
      otherwise: "the policy lets what is archived be locked in another mode than the stack's, for as long as anybody likes",
    },
    {
      actions: ['s3:PutLifecycleConfiguration'],
      resources: [bucketArn],
      condition: { 'ForAllValues:StringNotEquals': { 'aws:CalledVia': ['cloudformation.amazonaws.com'] } },
      otherwise: 'the policy lets others than the stack have objects expire',
    },
    {
      ...put,
      resources: everything,
      condition: { ...named, StringNotEquals: { 's3:x-amz-server-side-encryption': 'aws:kms' } },
      otherwise: 'the policy lets objects be stored under another encryption than KMS',
    },
    {
      ...put,
      resources: everything,
      condition: { ...named, StringNotEquals: { 's3:x-amz-server-side-encryption-aws-kms-key-id': keyArn } },
      otherwise: "the policy lets objects be stored under another key than the stack's",
    },
    {
      ...put,
      resources: everything,
      condition: { Null: { 's3:x-amz-server-side-encryption-customer-algorithm': 'false' } },
      otherwise: 'the policy lets objects be stored under a key that a sender brings',
    },
  ]
}

/** The same condition, or none at all, which denies more. */
function denies({ Effect, Principal, Action, Resource, Condition }: Statement, { actions, resources, condition }: Denial): boolean {
  const isSame = Object.keys(Condition).length === 0 || canonicalJson(Condition) === canonicalJson(v.parse(ConditionSchema, condition))
  const hasAction = (action: string) => Action.some((given) => given === action || given === 's3:*' || given === '*')
  const hasResource = (resource: string) => Resource.some((given) => given === resource || given === '*')
  return Effect === 'Deny' && isEverybody(Principal) && isSame && actions.every(hasAction) && resources.every(hasResource)
}

const ConditionSchema = StatementSchema.entries.Condition

const isEverybody = (principal: unknown) => principal === '*' || ['*', '["*"]'].includes(textOf(principal))

function textOf(principal: unknown): string {
  const { AWS } = (principal ?? {}) as { AWS?: unknown }
  return typeof AWS === 'string' ? AWS : JSON.stringify(AWS ?? null)
}
