import {
  ConditionalCheckFailedException,
  type DynamoDBClient,
  GetItemCommand,
  QueryCommand,
  UpdateItemCommand,
} from '@aws-sdk/client-dynamodb'
import { claimCondition, claimConditionValues } from '#adapters/dynamodb/claim-condition'
import { updateIf } from '#adapters/dynamodb/conditional-update'
import { dueCallsOf } from '#adapters/dynamodb/due-call'
import { placeholders } from '#adapters/dynamodb/placeholders'
import { attributesOf, DUE_SHARDS, dueShardOf, idAttributeOf, keyOf, type StoredRow, storedRowOf } from '#adapters/dynamodb/row-item'
import { translated } from '#adapters/dynamodb/translated'
import type { CallRow, DueReason, RowSubject } from '#core/call-row'
import { type Claim, type ClaimedCall, type ClaimRequest, claimAnswer, claimReason, hintsOf } from '#core/claim'
import type { CallCatalog, DueCall } from '#core/ports/call-catalog'

export interface DynamoDbCatalogOptions {
  readonly client: DynamoDBClient
  readonly tableName: string
}

const CLAIM_UPDATE = [
  'SET #state = if_not_exists(#state, :pending), #firstSeenAt = if_not_exists(#firstSeenAt, :now)',
  '#fence = if_not_exists(#fence, :zero) + :one, #leaseUntil = :leaseUntil',
  '#dueAt = :leaseUntil, #dueShard = :dueShard',
].join(', ')

/**
 * The catalog in a DynamoDB table: an item for each call or callback, one conditional update for each change.
 *
 *   claim: fence + 1, lease          write: outcome, under that fence
 *   |--------------------------------|
 *                                          a later claim's fence shuts this one out
 */
export function createDynamoDbCatalog({ client, tableName: TableName }: DynamoDbCatalogOptions): CallCatalog {
  return {
    claim: (request) => translated(() => claim(request)),
    write: (claimed, row) => translated(() => write(claimed, row)),
    outdate: (callId, now) => translated(() => outdate(callId, now)),
    due: (now, limit) => translated(() => due(now, limit)),
    hold: (held, until) => translated(() => hold(held, until)),
    read: (callId, subject) => translated(() => read({ callId, subject })),
  }

  async function claim(request: ClaimRequest): Promise<Claim> {
    const condition = claimCondition(request.trigger)
    const update = claimUpdateOf(request)
    try {
      const { Attributes } = await client.send(
        new UpdateItemCommand({
          TableName,
          Key: keyOf(request),
          UpdateExpression: update,
          ConditionExpression: condition,
          ...placeholders([update, condition], { ...claimConditionValues(request), ...claimUpdateValues(request) }),
          ReturnValues: 'ALL_NEW',
          ReturnValuesOnConditionCheckFailure: 'ALL_OLD',
        }),
      )
      const { row, fence } = storedRowOf(Attributes)
      return { kind: 'claimed', claim: { fence, leaseUntil: request.leaseUntil, row } }
    } catch (error) {
      if (error instanceof ConditionalCheckFailedException) return refusal(storedRowOf(error.Item), request)
      throw error
    }
  }

  async function write({ fence, leaseUntil, row: claimed }: ClaimedCall, row: CallRow): Promise<'written' | 'superseded'> {
    const attributes = { ...attributesOf(row), leaseUntil: undefined }
    // The fence alone would let an owner from before the row was forgotten pass for the owner of the same number after it.
    const isOurs = '#fence = :fence AND #leaseUntil = :leaseUntil'
    const values = { ...attributes, fence, leaseUntil: leaseUntil.toISOString() }
    const wrote = await updatedIf(isOurs, claimed, updateTo(attributes), values)
    return wrote ? 'written' : 'superseded'
  }

  async function outdate(callId: string, now: Date): Promise<void> {
    const update = 'SET #fence = #fence + :one, #dueAt = :now, #dueShard = :dueShard, #reason = :settle REMOVE #leaseUntil'
    const values = { one: 1, now: now.toISOString(), dueShard: dueShardOf(callId), settle: 'settle' satisfies DueReason }
    await updatedIf('attribute_exists(#pk)', { callId }, update, values)
  }

  async function due(now: Date, limit: number): Promise<readonly DueCall[]> {
    const shards = await Promise.all(DUE_SHARDS.map((shard) => dueIn(shard, now, limit)))
    return shards
      .flat()
      .sort((one, other) => one.dueAt.getTime() - other.dueAt.getTime())
      .slice(0, limit)
  }

  async function dueIn(dueShard: string, now: Date, limit: number): Promise<DueCall[]> {
    const condition = '#dueShard = :dueShard AND #dueAt <= :now'
    const { Items = [] } = await client.send(
      new QueryCommand({
        TableName,
        IndexName: 'by-due',
        KeyConditionExpression: condition,
        ...placeholders([condition], { dueShard, now: now.toISOString() }),
        Limit: limit,
      }),
    )
    return dueCallsOf(Items)
  }

  async function hold({ dueAt, ...held }: DueCall, until: Date): Promise<boolean> {
    // A claim moves `dueAt` to its lease's end: what is still due as before has no owner, or a dead one whose lease ended by then.
    const unmoved = '#dueAt = :dueAt AND (attribute_not_exists(#leaseUntil) OR #leaseUntil <= :dueAt)'
    return await updatedIf(unmoved, held, 'SET #dueAt = :until', { dueAt: dueAt.toISOString(), until: until.toISOString() })
  }

  async function read(subject: RowSubject): Promise<CallRow | undefined> {
    const { Item } = await client.send(new GetItemCommand({ TableName, Key: keyOf(subject), ConsistentRead: true }))
    return Item && storedRowOf(Item).row
  }

  async function updatedIf(
    condition: string,
    subject: RowSubject,
    update: string,
    values: Readonly<Record<string, unknown>>,
  ): Promise<boolean> {
    return (await updateIf({ client, tableName: TableName }, { key: keyOf(subject), update, condition, values })) !== undefined
  }
}

const claimUpdateOf = (request: ClaimRequest) =>
  [
    `${CLAIM_UPDATE}, #${idAttributeOf(request)} = :callId`,
    // `claimReason` of core, which sees the row only afterwards.
    request.trigger === 'operator' ? '#reason = :reason' : '#reason = if_not_exists(#reason, :reason)',
    ...Object.keys(hintsOf(request)).map((name) => `#${name} = if_not_exists(#${name}, :${name})`),
  ].join(', ')

const claimUpdateValues = (request: ClaimRequest) => ({
  ...hintsOf(request),
  callId: request.callId,
  leaseUntil: request.leaseUntil.toISOString(),
  dueShard: dueShardOf(request.callId),
  reason: claimReason(undefined, request.trigger),
  zero: 0,
  one: 1,
})

/** The condition failed on this very row, so that the rule says why. */
function refusal({ row, leaseUntil }: StoredRow, request: ClaimRequest): Claim {
  const kind = claimAnswer(row, leaseUntil, request)
  if (kind === 'claimed') throw new Error('the table refused a claim that the rule allows')
  return { kind }
}

/** Sets what there is and removes the rest, so that nothing of an earlier outcome stays; what a later version added does. */
function updateTo(attributes: Readonly<Record<string, unknown>>): string {
  const present = Object.keys(attributes).filter((name) => attributes[name] !== undefined)
  const missing = Object.keys(attributes).filter((name) => attributes[name] === undefined)
  return `SET ${present.map((name) => `#${name} = :${name}`).join(', ')} REMOVE ${missing.map((name) => `#${name}`).join(', ')}`
}
