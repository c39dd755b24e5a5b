import { mkdtemp, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { BatchWriteItemCommand, type DynamoDBClient } from '@aws-sdk/client-dynamodb'
import { marshall } from '@aws-sdk/util-dynamodb'
import { createDynamoDbCatalog } from '#adapters/dynamodb/call-catalog'
import { attributesOf, keyOf } from '#adapters/dynamodb/row-item'
import { newRow } from '#core/call-row'
import { createEnqueueDue } from '#core/enqueue-due'
import { addSeconds } from '#core/instants'
import { startMinistack } from '#local/ministack'
import { createCatalogTable, dynamoDbClientOf } from '#test/support/engines/clients'
import { ENGINES_HOME } from '#test/support/engines/places'
import { createMemoryQueue } from '#test/support/twins/memory-queue'

const ROWS = Number(process.argv[2] ?? 100_000)
const RUNS = 3
const ROWS_PER_WRITE = 25
const WRITES_AT_ONCE = 8
const NOW = new Date('2026-03-03T15:00:00.000Z')

/** So many due rows, and as many that are not: what each run of the schedule asks the table, and what it sends. */
const directory = await mkdtemp(join(ENGINES_HOME, 'bench-'))
const cloud = await startMinistack({ directory, log: () => {} })
try {
  const client = dynamoDbClientOf({ ...cloud, accessKeyId: 'test', secretAccessKey: 'test' })
  await createCatalogTable(client, 'catalog')
  await fill(client)
  const asked = countRequests(client)
  const queue = createMemoryQueue()
  const enqueueDue = createEnqueueDue({ catalog: createDynamoDbCatalog({ client, tableName: 'catalog' }), queue, now: () => NOW })

  const table = []
  let expected = 0
  for (let run = 1; run <= RUNS; run += 1) {
    const before = { ...asked.counts }
    const startedAt = performance.now()
    const outcome = await enqueueDue(`run-${run}`)
    const milliseconds = Math.round(performance.now() - startedAt)
    const ids: string[] = []
    for (let body = queue.take(); body !== undefined; body = queue.take()) ids.push(JSON.parse(body).callId)
    const oldestFirst = ids.every((id, index) => id === `call-${expected + index}`)
    expected += ids.length
    const made = Object.fromEntries(Object.entries(asked.counts).map(([name, count]) => [name, count - (before[name] ?? 0)]))
    table.push({ run, found: outcome.found, enqueued: outcome.enqueued, 'oldest first': oldestFirst, ...made, milliseconds })
  }
  console.table(table)
  console.log(
    `${ROWS.toLocaleString('en-US')} due rows beside as many others, on MiniStack; no Scan among the requests: ${asked.counts.ScanCommand === undefined}`,
  )
} finally {
  await cloud.stop()
  await rm(directory, { recursive: true, force: true })
}

async function fill(client: DynamoDBClient): Promise<void> {
  let next = 0
  const writeOn = async () => {
    while (next < 2 * ROWS) {
      const indexes = Array.from({ length: ROWS_PER_WRITE }, () => next++).filter((index) => index < 2 * ROWS)
      const writes = indexes.map((index) => ({ PutRequest: { Item: itemOf(index) } }))
      await client.send(new BatchWriteItemCommand({ RequestItems: { catalog: writes } }))
    }
  }
  await Promise.all(Array.from({ length: WRITES_AT_ONCE }, writeOn))
}

/** The first half are due, each a second later than the one before; the others are archived, and done. */
function itemOf(index: number) {
  const row = newRow(`call-${index}`, addSeconds(NOW, -3 * 86_400))
  const next = { dueAt: addSeconds(NOW, index - ROWS), reason: 'archive' as const }
  const attributes = attributesOf(index < ROWS ? { ...row, next } : { ...row, state: 'archived' })
  return { ...keyOf(row), ...marshall({ ...attributes, fence: 1 }, { removeUndefinedValues: true }) }
}

function countRequests(client: DynamoDBClient) {
  const counts: Record<string, number> = {}
  client.middlewareStack.add(
    (next, context) => (args) => {
      const name = context.commandName ?? 'unknown'
      counts[name] = (counts[name] ?? 0) + 1
      return next(args)
    },
    { step: 'initialize' },
  )
  return { counts }
}
