import { tmpdir } from 'node:os'
import { DynamoDBClient } from '@aws-sdk/client-dynamodb'
import { S3Client } from '@aws-sdk/client-s3'
import { SecretsManagerClient, type SecretsManagerClientConfig } from '@aws-sdk/client-secrets-manager'
import { SQSClient } from '@aws-sdk/client-sqs'
import { createAllomiaProvider } from '#adapters/allomia/call-provider'
import { createDynamoDbCatalog } from '#adapters/dynamodb/call-catalog'
import { createDynamoDbLookup } from '#adapters/dynamodb/catalog-lookup'
import { createDynamoDbCoverage } from '#adapters/dynamodb/coverage-book'
import { createDynamoDbFailedCalls } from '#adapters/dynamodb/failed-calls'
import { createDynamoDbWatermarks } from '#adapters/dynamodb/watermarks'
import { createBodySpool } from '#adapters/http/body-spool'
import { createMediaSources } from '#adapters/http/media-sources'
import { createS3ArchiveStore } from '#adapters/s3/archive-store'
import { S3_CLIENT_OPTIONS } from '#adapters/s3/client-options'
import { createS3GapReports } from '#adapters/s3/gap-reports'
import { fileText, secretText } from '#adapters/secrets/document-text'
import { createLiveDocument } from '#adapters/secrets/live-document'
import { createSqsCallQueue } from '#adapters/sqs/call-queue'
import { createTelemetry } from '#adapters/telemetry/telemetry'
import type { ArchiveCallEnvironment, DocumentPlace, ReceiveEventEnvironment, ReconcileCallsEnvironment } from '#config/environment'
import { parseEventSources } from '#config/event-sources'
import { parseSettings } from '#config/settings'
import { createArchiveCall } from '#core/archive-call'
import { createEnqueueDue } from '#core/enqueue-due'
import { asCallvaultError } from '#core/errors'
import { createMatchCallback } from '#core/match-callback'
import { createOrderBackfill } from '#core/order-backfill'
import type { LiveDocument } from '#core/ports/live-document'
import type { After } from '#core/ports/timer'
import { createReceiveEvent } from '#core/receive-event'
import { createReconcileAll } from '#core/reconcile-all'
import { createReconcileOrganization } from '#core/reconcile-organization'
import { createRedrive } from '#core/redrive'
import type { Settings } from '#core/settings'
import packageJson from '../package.json' with { type: 'json' }

/** As many invocations of archive-call as its function.yml allows at once. */
export const ARCHIVE_CALLS_AT_ONCE = 5
/** Of the provider's rate: what reconcile-calls may take. The rest is shared out among the invocations of archive-call. */
const RECONCILE_SHARE = 0.2

const now = () => new Date()

const after: After = (seconds, act) => {
  const timer = setTimeout(act, seconds * 1_000)
  return () => clearTimeout(timer)
}

export function composeReceiveEvent({ eventSources, callQueueUrl, logLevel, functionName }: ReceiveEventEnvironment) {
  const queue = createSqsCallQueue({ client: new SQSClient(AT_THE_DOOR), queueUrl: callQueueUrl })
  const telemetry = createTelemetry({ serviceName: 'receive-event', logLevel, functionName })
  const report = (error: unknown) => {
    const { message, code } = asCallvaultError(error)
    telemetry.log.error(`the former event sources hold for now: ${message}`, { code })
  }
  const sources = createLiveDocument({
    load: loaderOf(eventSources, AT_THE_DOOR),
    parse: parseEventSources,
    now,
    report,
    rereadWithinMs: REREAD_WITHIN_MS,
  })
  return { receiveEvent: createReceiveEvent({ sources, queue, now }), ...telemetry }
}

export function composeArchiveCall(environment: ArchiveCallEnvironment) {
  const { archiveBucket, catalogTable, kmsKeyArn, allowInsecureSources, retentionMode, logLevel, functionName } = environment
  const settings = settingsOf(environment)
  const shared = {
    catalog: createDynamoDbCatalog({ client: new DynamoDBClient({ requestHandler: BRIEF }), tableName: catalogTable }),
    provider: createAllomiaProvider({ settings, random: Math.random, share: (1 - RECONCILE_SHARE) / ARCHIVE_CALLS_AT_ONCE }),
    settings,
    now,
    random: Math.random,
    after,
  }
  const archiveCall = createArchiveCall({
    ...shared,
    archive: createS3ArchiveStore({ client: new S3Client(S3_CLIENT_OPTIONS), bucket: archiveBucket, kmsKeyArn }),
    sources: mediaSources(settings, allowInsecureSources),
    spool: createBodySpool({ directory: tmpdir() }),
    retentionMode,
    version: packageJson.version,
  })

  return {
    archiveCall,
    matchCallback: createMatchCallback({ ...shared, archiveCall }),
    now,
    ...createTelemetry({ serviceName: 'archive-call', logLevel, functionName }),
  }
}

type SourcesEnvironment = Pick<ArchiveCallEnvironment, 'settings' | 'allowInsecureSources'>

/** What archive-call copies from. */
export const composeMediaSources = (environment: SourcesEnvironment) =>
  mediaSources(settingsOf(environment), environment.allowInsecureSources)

export function composeReconcileCalls(environment: ReconcileCallsEnvironment) {
  const { archiveBucket, catalogTable: tableName, callQueueUrl, logLevel, functionName } = environment
  const settings = settingsOf(environment)
  const table = { client: new DynamoDBClient({ requestHandler: BRIEF }), tableName }
  const queue = createSqsCallQueue({ client: new SQSClient({ requestHandler: BRIEF }), queueUrl: callQueueUrl })
  const watermarks = createDynamoDbWatermarks(table)
  const failedCalls = createDynamoDbFailedCalls(table)
  const reconcileOrganization = createReconcileOrganization({
    listing: createAllomiaProvider({ settings, random: Math.random, share: RECONCILE_SHARE }),
    lookup: createDynamoDbLookup(table),
    coverage: createDynamoDbCoverage(table),
    reports: createS3GapReports({ client: new S3Client(S3_CLIENT_OPTIONS), bucket: archiveBucket }),
    queue,
    failedCalls,
    watermarks,
    settings,
    now,
  })

  return {
    enqueueDue: createEnqueueDue({ catalog: createDynamoDbCatalog(table), queue, now }),
    reconcileAll: createReconcileAll({ reconcileOrganization, settings, now }),
    orderBackfill: createOrderBackfill({ watermarks, settings, now }),
    redrive: createRedrive({ failedCalls, queue, now }),
    now,
    ...createTelemetry({ serviceName: 'reconcile-calls', logLevel, functionName }),
  }
}

/** Small requests: what has no answer by then is asked again. */
const BRIEF = { connectionTimeout: 3_000, requestTimeout: 5_000, throwOnRequestTimeout: true }

/**
 * A sender waits for each of these, and the function's own timeout would leave no answer, no log and no alarm:
 * reading twice 1.8 s, rereading 1 s and sending twice 1.8 s end before it does, pauses included.
 */
const AT_THE_DOOR = {
  maxAttempts: 2,
  requestHandler: { connectionTimeout: 1_500, requestTimeout: 1_800, socketTimeout: 1_800, throwOnRequestTimeout: true },
}
const REREAD_WITHIN_MS = 1_000

const settingsOf = ({ settings, allowInsecureSources: allowInsecure }: SourcesEnvironment) =>
  createLiveDocument({
    load: loaderOf(settings, { requestHandler: BRIEF }),
    parse: (text) => parseSettings(text, { allowInsecure }),
    now,
  })

const mediaSources = (settings: LiveDocument<Settings>, allowInsecure: boolean) =>
  createMediaSources({ allowInsecure, hostAllowlist: async () => (await settings.current()).sources.hostAllowlist })

function loaderOf(place: DocumentPlace, options: SecretsManagerClientConfig): () => Promise<string> {
  if ('file' in place) return () => fileText(place.file)
  const client = new SecretsManagerClient(options)
  return () => secretText(client, place.secretArn)
}
