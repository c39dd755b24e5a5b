import { createAllomiaProvider } from '#adapters/allomia/call-provider'
import { createExchange } from '#adapters/allomia/exchange'
import { timed } from '#adapters/allomia/timed-exchange'
import { createStackDirectory } from '#adapters/cloudformation/stack-directory'
import { createDynamoDbAttempts } from '#adapters/dynamodb/attempts'
import { createDynamoDbCatalog } from '#adapters/dynamodb/call-catalog'
import { createDynamoDbSearch } from '#adapters/dynamodb/call-search'
import { createDynamoDbLookup } from '#adapters/dynamodb/catalog-lookup'
import { createDynamoDbRestore } from '#adapters/dynamodb/catalog-restore'
import { createDynamoDbCoverage } from '#adapters/dynamodb/coverage-book'
import { createDynamoDbFailedCalls } from '#adapters/dynamodb/failed-calls'
import { createDynamoDbNewestCalls } from '#adapters/dynamodb/newest-calls'
import { createDynamoDbWatermarks } from '#adapters/dynamodb/watermarks'
import { createHttpEventDoor } from '#adapters/http/event-door'
import { createStackInspection } from '#adapters/inspection/stack-inspection'
import { createLambdaQueueConsumer } from '#adapters/lambda/queue-consumer'
import { createS3ArchiveReader } from '#adapters/s3/archive-reader'
import { createArtifactLinks } from '#adapters/s3/artifact-links'
import { secretText } from '#adapters/secrets/document-text'
import { createLiveDocument } from '#adapters/secrets/live-document'
import { createSqsCallQueue } from '#adapters/sqs/call-queue'
import { createSqsDeadLetters } from '#adapters/sqs/dead-letters'
import { parseEventSources } from '#config/event-sources'
import { parseSettings } from '#config/settings'
import { createCheckProvider } from '#core/check-provider'
import { createCountCalls } from '#core/count-calls'
import { createDescribeCall } from '#core/describe-call'
import { createExamineStack } from '#core/doctor/examine-stack'
import type { ClockReading } from '#core/doctor/judge-clocks'
import { createRunCanary } from '#core/doctor/run-canary'
import { createFindCalls } from '#core/find-calls'
import { createOrderArchival } from '#core/order-archival'
import { createOrderBackfill } from '#core/order-backfill'
import type { DeployedStack } from '#core/ports/stack-directory'
import type { After } from '#core/ports/timer'
import { createPreviewBackfill } from '#core/preview-backfill'
import { createReadStatus } from '#core/read-status'
import { createRebuildCatalog } from '#core/rebuild-catalog'
import { createRedrive } from '#core/redrive'
import type { Settings } from '#core/settings'
import { createVerifyCalls } from '#core/verify-calls'
import {
  type AwsConnection,
  cloudFormationOf,
  dynamoDbOf,
  inspectingClientsOf,
  lambdaOf,
  s3Of,
  secretsOf,
  sqsOf,
} from './operator-clients.ts'

export type { AwsConnection } from './operator-clients.ts'

/** What the commands that only look at a bucket need. */
export type BucketPlace = Pick<DeployedStack, 'archiveBucket'> & Partial<Pick<DeployedStack, 'catalogTable'>>

type ArchivePlace = Required<BucketPlace>

export const composeStackDirectory = (connection: AwsConnection) => createStackDirectory(cloudFormationOf(connection), connection.profile)

export const composeVerifyCalls = (connection: AwsConnection, { catalogTable, ...place }: BucketPlace) =>
  createVerifyCalls(
    catalogTable === undefined ? { reader: readerOf(connection, place) } : archiveOf(connection, { ...place, catalogTable }),
  )

export const composeCountCalls = (connection: AwsConnection, place: BucketPlace) => createCountCalls(readerOf(connection, place))
export const catalogOf = (connection: AwsConnection, tableName: string) =>
  createDynamoDbCatalog({ client: dynamoDbOf(connection), tableName })

export const composeDescribeCall = (connection: AwsConnection, place: ArchivePlace) => createDescribeCall(archiveOf(connection, place))
export const composeFindCalls = (connection: AwsConnection, place: ArchivePlace) => createFindCalls(archiveOf(connection, place).search)
/** Bucket and catalog, for those who only look. */
export const archiveOf = (connection: AwsConnection, { catalogTable, ...place }: ArchivePlace) => ({
  reader: readerOf(connection, place),
  catalog: catalogOf(connection, catalogTable),
  search: createDynamoDbSearch({ client: dynamoDbOf(connection), tableName: catalogTable }),
})

export const composeRebuildCatalog = (connection: AwsConnection, stack: DeployedStack) =>
  createRebuildCatalog({
    ...archiveOf(connection, stack),
    restore: createDynamoDbRestore({ client: dynamoDbOf(connection), tableName: stack.catalogTable }),
    settings: settingsOf(connection, stack),
    now,
  })

/** How the stack is doing. */
export const composeReadStatus = (connection: AwsConnection, stackName: string, stack: DeployedStack) => {
  const table = { client: dynamoDbOf(connection), tableName: stack.catalogTable }
  return createReadStatus({
    queue: queueOf(connection, stack.callQueueUrl),
    deadLetterQueue: queueOf(connection, stack.deadLetterQueueUrl),
    consumer: composeQueueConsumer(connection, stackName),
    catalog: createDynamoDbCatalog(table),
    failedCalls: createDynamoDbFailedCalls(table),
    coverage: createDynamoDbCoverage(table),
    watermarks: createDynamoDbWatermarks(table),
    settings: settingsOf(connection, stack),
    now,
  })
}

export const composeQueueConsumer = (connection: AwsConnection, stackName: string) =>
  createLambdaQueueConsumer({
    client: lambdaOf(connection),
    functionName: `${stackName}-archive-call`,
  })

/** What sends calls to the queue. */
export const composeOrders = (connection: AwsConnection, stack: DeployedStack) => {
  const table = { client: dynamoDbOf(connection), tableName: stack.catalogTable }
  const queue = queueOf(connection, stack.callQueueUrl)
  return {
    orderArchival: createOrderArchival({ queue, now }),
    redrive: createRedrive({ failedCalls: createDynamoDbFailedCalls(table), queue, now }),
    orderBackfill: createOrderBackfill({ watermarks: createDynamoDbWatermarks(table), settings: settingsOf(connection, stack), now }),
  }
}

/** What a backfill would send: asks the provider, and the table, and writes nowhere. */
export const composePreviewBackfill = (connection: AwsConnection, stack: DeployedStack) => {
  const settings = settingsOf(connection, stack)
  const lookup = createDynamoDbLookup({ client: dynamoDbOf(connection), tableName: stack.catalogTable })
  return createPreviewBackfill({ listing: createAllomiaProvider({ settings }), lookup, settings, now })
}

export const composeDeadLetters = (connection: AwsConnection, { callQueueUrl, deadLetterQueueUrl: queueUrl }: DeployedStack) => ({
  queue: queueOf(connection, callQueueUrl),
  deadLetters: createSqsDeadLetters({ client: sqsOf(connection), queueUrl }),
})

/** The text of a configuration document that a stack has. */
export const readSecretText = (connection: AwsConnection, secretArn: string) => secretText(secretsOf(connection), secretArn)

/** Sends to a stack's own door, as a sender does. */
export const composeEventDoor = () => createHttpEventDoor()

export const composeCheckProvider = (settings: Settings, hear: (reading: ClockReading) => void = () => {}) => {
  const live = { current: async () => settings, reread: async () => settings }
  return createCheckProvider({ listing: createAllomiaProvider({ settings: live, exchange: timed(createExchange(), now, hear) }), now })
}

/** What looks at everything that a stack has, and at its last call. */
export function composeExamineStack(connection: AwsConnection, stackName: string, stack: DeployedStack) {
  const inspection = createStackInspection({
    ...inspectingClientsOf(connection),
    stackName,
    bucket: stack.archiveBucket,
    table: stack.catalogTable,
    now,
  })
  let providerClock: ClockReading | undefined
  const hear = (reading: ClockReading) => {
    providerClock = reading
  }
  return createExamineStack({
    inspection,
    consumer: composeQueueConsumer(connection, stackName),
    eventSourcesText: () => inspection.secret(stack.eventSourcesSecretArn),
    settingsText: () => inspection.secret(stack.settingsSecretArn),
    parseEventSources,
    parseSettings: (text) => parseSettings(text, { allowInsecure: stack.allowInsecureSources }),
    checkProvider: (settings) => composeCheckProvider(settings, hear),
    providerClock: () => providerClock,
    newestCalls: createDynamoDbNewestCalls({ client: dynamoDbOf(connection), tableName: stack.catalogTable }),
    describeCall: composeDescribeCall(connection, stack),
    verifyCalls: composeVerifyCalls(connection, stack),
  })
}

/** What sends one call the whole way, and waits for it. */
export const composeRunCanary = (connection: AwsConnection, stack: DeployedStack) =>
  createRunCanary({
    orderArchival: composeOrders(connection, stack).orderArchival,
    attempts: createDynamoDbAttempts({ client: dynamoDbOf(connection), tableName: stack.catalogTable }),
    verifyCalls: composeVerifyCalls(connection, stack),
    now,
    after,
  })

export const composeArtifactLinks = (connection: AwsConnection, { archiveBucket: bucket }: BucketPlace) =>
  createArtifactLinks({ client: s3Of(connection), bucket })

export const readerOf = (connection: AwsConnection, { archiveBucket }: BucketPlace) =>
  createS3ArchiveReader({ client: s3Of(connection), bucket: archiveBucket })

function settingsOf(connection: AwsConnection, { settingsSecretArn, allowInsecureSources: allowInsecure }: DeployedStack) {
  const load = () => secretText(secretsOf(connection), settingsSecretArn)
  return createLiveDocument({ load, parse: (text) => parseSettings(text, { allowInsecure }), now, report: () => {} })
}

const now = () => new Date()

const after: After = (seconds, act) => {
  const timer = setTimeout(act, seconds * 1_000)
  return () => clearTimeout(timer)
}

const queueOf = (connection: AwsConnection, queueUrl: string) => createSqsCallQueue({ client: sqsOf(connection), queueUrl })
