import { type AttributeValue, type DynamoDBClient, GetItemCommand } from '@aws-sdk/client-dynamodb'
import { unmarshall } from '@aws-sdk/util-dynamodb'
import * as v from 'valibot'
import { updateIf } from '#adapters/dynamodb/conditional-update'
import { InstantSchema, readItem } from '#adapters/dynamodb/read-item'
import { TallySchema, tallyAttributesOf } from '#adapters/dynamodb/tally-item'
import { translated } from '#adapters/dynamodb/translated'
import type { Sweeps, WatermarkLease, Watermarks } from '#core/ports/watermarks'
import { SWEEP_NAMES, type Sweep, type SweepName } from '#core/sweep'

export interface DynamoDbWatermarksOptions {
  readonly client: DynamoDBClient
  readonly tableName: string
}

const SweepSchema = v.object({
  id: v.string(),
  from: InstantSchema,
  to: InstantSchema,
  readUntil: InstantSchema,
  endedAt: v.optional(InstantSchema),
  windowSeconds: v.number(),
  tally: v.optional(TallySchema),
  unmet: v.optional(v.number()),
  byPages: v.optional(v.boolean()),
})
const RowSchema = v.object({
  fence: v.optional(v.number(), 0),
  ...Object.fromEntries(SWEEP_NAMES.map((name) => [name, v.optional(SweepSchema)])),
}) as v.GenericSchema<unknown, { readonly fence: number } & Sweeps>

const UNDER_THIS_LEASE = '#fence = :fence AND #leaseUntil = :leaseUntil'

/** An item for each organization: its lease, and an attribute for each of its sweeps. */
export function createDynamoDbWatermarks({ client, tableName: TableName }: DynamoDbWatermarksOptions): Watermarks {
  return {
    lease: (organizationId, now, leaseUntil) => translated(() => lease(organizationId, now, leaseUntil)),
    save: (held, name, sweep, replacedId) => translated(() => save(held, name, sweep, replacedId)),
    release: (held) => translated(() => release(held)),
    order: (organizationId, name, sweep) =>
      translated(async () => {
        await update(organizationId, `SET #${name} = :sweep`, undefined, { sweep: attributeOf(sweep) })
      }),
    read: (organizationId) =>
      translated(async () => {
        const { Item } = await client.send(new GetItemCommand({ TableName, Key: keyOf(organizationId), ConsistentRead: true }))
        return Item === undefined ? {} : sweepsIn(Item).sweeps
      }),
  }

  async function lease(organizationId: string, now: Date, leaseUntil: Date) {
    const isFree = 'attribute_not_exists(#leaseUntil) OR #leaseUntil <= :now'
    const taken = await update(organizationId, 'SET #fence = if_not_exists(#fence, :zero) + :one, #leaseUntil = :leaseUntil', isFree, {
      zero: 0,
      one: 1,
      now: now.toISOString(),
      leaseUntil: leaseUntil.toISOString(),
    })
    if (taken === undefined) return undefined
    const { fence, sweeps } = sweepsIn(taken)
    return { lease: { organizationId, fence, leaseUntil }, sweeps }
  }

  async function save(held: WatermarkLease, name: SweepName, sweep: Sweep, replacedId: string | undefined) {
    const standsThere = replacedId === undefined ? `attribute_not_exists(#${name})` : `#${name}.#id = :replacedId`
    const values = { ...leaseValues(held), sweep: attributeOf(sweep), replacedId }
    const saved = await update(held.organizationId, `SET #${name} = :sweep`, `${UNDER_THIS_LEASE} AND ${standsThere}`, values)
    return saved === undefined ? ('superseded' as const) : ('saved' as const)
  }

  async function release(held: WatermarkLease): Promise<void> {
    await update(held.organizationId, 'REMOVE #leaseUntil', UNDER_THIS_LEASE, leaseValues(held))
  }

  /** @returns the row as it is now, or undefined where the condition did not hold */
  function update(organizationId: string, expression: string, condition: string | undefined, values: Readonly<Record<string, unknown>>) {
    const key = keyOf(organizationId)
    return updateIf({ client, tableName: TableName }, { key, update: expression, condition, values, returnsItem: true })
  }
}

const keyOf = (organizationId: string) => ({ pk: { S: `organization#${organizationId}` }, sk: { S: 'watermark' } })

const leaseValues = ({ fence, leaseUntil }: WatermarkLease) => ({ fence, leaseUntil: leaseUntil.toISOString() })

const attributeOf = ({ tally, ...sweep }: Sweep) => ({
  id: sweep.id,
  from: sweep.from.toISOString(),
  to: sweep.to.toISOString(),
  readUntil: sweep.readUntil.toISOString(),
  endedAt: sweep.endedAt?.toISOString(),
  windowSeconds: sweep.windowSeconds,
  tally: tally && tallyAttributesOf(tally),
  unmet: sweep.unmet,
  byPages: sweep.byPages,
})

function sweepsIn(item: Record<string, AttributeValue>): { readonly fence: number; readonly sweeps: Sweeps } {
  const { fence, ...sweeps } = readItem(RowSchema, unmarshall(item))
  return { fence, sweeps }
}
