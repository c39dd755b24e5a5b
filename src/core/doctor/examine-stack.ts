import { type DocumentPorts, examineDocument, examineKeys, type ReadDocument } from '#core/doctor/examine-documents'
import { examineNewest, type NewestPorts } from '#core/doctor/examine-newest'
import { expectedAlarms } from '#core/doctor/expected-alarms'
import { type Finding, type Subject, unknown } from '#core/doctor/finding'
import { judgeAlarms, judgeAlarmTerms, judgeRule, judgeTopic } from '#core/doctor/judge-alarms'
import { judgeEncryption, judgeLock, judgePublicAccess, judgeVersioning } from '#core/doctor/judge-bucket'
import { coolingOf, judgeLifecycle, judgeNotifications } from '#core/doctor/judge-bucket-habits'
import { judgeBucketPolicy } from '#core/doctor/judge-bucket-policy'
import { type ClockReading, judgeClocks } from '#core/doctor/judge-clocks'
import { FUNCTION_IDS, judgeFunctions } from '#core/doctor/judge-functions'
import { judgeCallQueue, judgeConsumer, judgeDeadLetterQueue } from '#core/doctor/judge-queues'
import { judgeRegions, regionOfArn } from '#core/doctor/judge-regions'
import { judgeKey, judgeTable, judgeTableRecovery } from '#core/doctor/judge-table'
import { CallvaultError } from '#core/errors'
import { AwsAccessDeniedError } from '#core/operator-errors'
import type { QueueConsumer } from '#core/ports/queue-consumer'
import type { DeployedStack, StackPart } from '#core/ports/stack-directory'
import type { StackInspection } from '#core/ports/stack-inspection'
import type { Settings } from '#core/settings'

export interface ExamineStackPorts extends DocumentPorts, NewestPorts {
  readonly inspection: StackInspection
  readonly consumer: Pick<QueueConsumer, 'state'>
  /** What the provider's clock said in its last answer. */
  readonly providerClock: () => ClockReading | undefined
}

export interface Examination {
  readonly stack: DeployedStack
  /** What CloudFormation made, by logical id. */
  readonly parts: ReadonlyMap<string, StackPart>
  /** Empty: the stack's own region alone. */
  readonly allowedRegions: readonly string[]
  /** Archives a call, which may then be the newest one. */
  readonly canary?: (() => Promise<readonly Finding[]>) | undefined
}

/**
 * Looks at everything that a deployed stack promises, and changes nothing itself. What may not be looked at is `unknown`, and hinders
 * nothing else. Findings come in the order of {@link SUBJECTS}.
 *
 * all at once: bucket, table, queues, ... -> the canary -> the newest call
 */
export function createExamineStack(ports: ExamineStackPorts) {
  return async function* examineStack(examination: Examination, signal: AbortSignal): AsyncGenerator<Finding> {
    const place = once(ports.inspection.bucketPlace)
    const work = looksAtWork(ports, place, examination, signal)
    const started = [...looksAtAws(ports, place, examination), ...work.looks].map(([subject, look]) => guarded(subject, look, signal))
    // What fails before its turn fails in its turn.
    for (const found of started) found.catch(() => {})
    for (const found of started) yield* await found
    if (examination.canary !== undefined) yield* await guarded('canary', examination.canary, signal)
    yield* await guarded('newest-call', work.newest, signal)
  }
}

type Look = readonly [Subject, () => Promise<readonly Finding[]>]
type BucketPlace = () => ReturnType<StackInspection['bucketPlace']>

function looksAtAws(
  { inspection, consumer }: ExamineStackPorts,
  bucketPlace: BucketPlace,
  { stack, parts, allowedRegions }: Examination,
): readonly Look[] {
  const { archiveBucket: bucket, catalogTable, retentionMode, partition } = stack
  const idOf = (logicalId: string) => parts.get(logicalId)?.physicalId
  const [schedule, rule] = [idOf('ReconcileCallsEventsRuleSchedule1'), idOf('CallEndedRule')]
  const [reconcileCalls, queueName] = [idOf('ReconcileCallsLambdaFunction') ?? '', stack.callQueueUrl.split('/').at(-1) ?? '']
  const [keyId, topicArn] = [idOf('ArchiveKey'), idOf('AlarmTopic')]
  const alarmNames = [...parts.values()].flatMap(({ type, physicalId }) => (type === 'AWS::CloudWatch::Alarm' ? [physicalId] : []))
  const [queue, deadLetters, table, alarms] = [
    once(() => inspection.queue(stack.callQueueUrl)),
    once(() => inspection.queue(stack.deadLetterQueueUrl)),
    once(inspection.table),
    once(() => inspection.alarms(alarmNames)),
  ]
  const look = async <T>(id: string | undefined, ask: (id: string) => Promise<T | undefined>) => (id === undefined ? undefined : ask(id))
  const place = {
    bucketArn: `arn:${partition}:s3:::${bucket}`,
    keyArn: `arn:${partition}:kms:${stack.region}:${stack.accountId}:key/${keyId}`,
    breakGlassRoleArn: `arn:${partition}:iam::${stack.accountId}:role/${idOf('BreakGlassRole')}`,
    retentionMode,
    accountId: stack.accountId,
  }
  const functions = () =>
    Promise.all(FUNCTION_IDS.map(async (id) => ({ id, name: idOf(id), facts: await look(idOf(id), inspection.function) })))
  const values = {
    ARCHIVE_BUCKET: bucket,
    CATALOG_TABLE: catalogTable,
    CALL_QUEUE_URL: stack.callQueueUrl,
    SETTINGS_SECRET_ARN: stack.settingsSecretArn,
    EVENT_SOURCES_SECRET_ARN: stack.eventSourcesSecretArn,
    RETENTION_MODE: retentionMode,
    KMS_KEY_ARN: place.keyArn,
    ALLOW_INSECURE_SOURCES: String(stack.allowInsecureSources),
  }
  const alarmTerms = async () => expectedAlarms({ template: await inspection.template(), parts, parameters: stack.parameters })

  return [
    ['region', async () => judgeRegions(stack.region, await placesOf(stack, bucketPlace, table), allowedRegions)],
    ['object-lock', async () => judgeLock(await inspection.bucketLock(), bucket)],
    ['versioning', async () => judgeVersioning(await inspection.bucketVersioning(), bucket)],
    ['encryption', async () => judgeEncryption(await inspection.bucketEncryption(), keyId)],
    ['public-access', async () => judgePublicAccess(await inspection.publicAccessBlock(), bucket)],
    ['bucket-policy', async () => judgeBucketPolicy(await inspection.bucketPolicy(), place)],
    ['lifecycle', async () => judgeLifecycle(await inspection.bucketLifecycle(), coolingOf(stack.parameters))],
    ['notifications', async () => judgeNotifications(await inspection.bucketTells(), bucket)],
    ['encryption-key', async () => judgeKey(await look(keyId, inspection.key))],
    ['table', async () => judgeTable(await table(), catalogTable, keyId)],
    ['table-recovery', async () => judgeTableRecovery(await inspection.tableRecovery(), catalogTable)],
    ['call-queue', async () => judgeCallQueue(await queue(), await deadLetters())],
    ['dead-letter-queue', async () => judgeDeadLetterQueue(await deadLetters())],
    ['functions', async () => judgeFunctions(await functions(), values)],
    ['consumer', async () => judgeConsumer(await consumer.state())],
    ['schedule', async () => judgeRule('schedule', await look(schedule, inspection.rule), schedule, reconcileCalls)],
    ['event-rule', async () => judgeRule('event-rule', await look(rule, inspection.rule), rule, queueName)],
    ['alarms', async () => judgeAlarms(alarmNames, await alarms(), topicArn)],
    ['alarm-terms', async () => judgeAlarmTerms(await alarmTerms(), await alarms())],
    ['alarm-topic', async () => judgeTopic(await look(topicArn, inspection.topic))],
  ]
}

/** Everything else is made by CloudFormation, in the stack's own region. */
async function placesOf(stack: DeployedStack, bucketPlace: BucketPlace, table: () => ReturnType<StackInspection['table']>) {
  const [bucket, catalog] = [await bucketPlace(), await table()]
  return [
    { what: 'the stack', region: stack.region },
    ...(bucket === undefined ? [] : [{ what: 'the bucket', region: bucket.region }]),
    ...(catalog?.replicaRegions ?? []).map((region) => ({ what: 'a copy of the table', region })),
    { what: "the settings' secret", region: regionOfArn(stack.settingsSecretArn) },
    { what: "the event sources' secret", region: regionOfArn(stack.eventSourcesSecretArn) },
  ]
}

/** The settings are read once; what hangs on them is unknown where they cannot be used. */
function looksAtWork(ports: ExamineStackPorts, bucketPlace: BucketPlace, { stack }: Examination, signal: AbortSignal) {
  const settings = once(() => examineDocument('settings', ports.settingsText, ports.parseSettings))
  const keys = once(async () => whereUsable('api-key', await settings(), (document) => examineKeys(ports, document, signal)))
  const clocks = async () => {
    const place = await bucketPlace()
    await keys().catch(() => {}) // the provider is asked by then; what came of it is told above
    return judgeClocks(place?.clock, ports.providerClock())
  }
  const looks: readonly Look[] = [
    ['event-sources', async () => (await examineDocument('event-sources', ports.eventSourcesText, ports.parseEventSources)).findings],
    ['settings', async () => (await settings()).findings],
    ['api-key', keys],
    ['clock', clocks],
  ]
  const newest = async () =>
    whereUsable('newest-call', await settings(), ({ allomia }) => examineNewest(ports, allomia.organizationIds, stack, signal))
  return { looks, newest }
}

async function whereUsable(
  subject: Subject,
  { document }: ReadDocument<Settings>,
  look: (settings: Settings) => Promise<readonly Finding[]>,
): Promise<readonly Finding[]> {
  return document === undefined
    ? [unknown(subject, 'could not be looked at without the settings', 'mend the settings, and look again')]
    : look(document)
}

/** An error that has a code leaves the rest to be looked at; any other is a mistake of ours, and shows as one. */
async function guarded(subject: Subject, look: () => Promise<readonly Finding[]>, signal: AbortSignal): Promise<readonly Finding[]> {
  try {
    return await look()
  } catch (error) {
    signal.throwIfAborted()
    if (!(error instanceof CallvaultError)) throw error
    const isRefused = error instanceof AwsAccessDeniedError
    return [
      unknown(
        subject,
        error.message,
        isRefused ? 'have that permission given to you, or ask somebody who has it' : 'try again',
        error.code,
      ),
    ]
  }
}

function once<T>(ask: () => Promise<T>): () => Promise<T> {
  let asked: Promise<T> | undefined
  return () => {
    asked ??= ask()
    return asked
  }
}
