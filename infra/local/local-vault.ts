import { randomBytes } from 'node:crypto'
import { mkdir, mkdtemp, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { CreateBucketCommand, S3Client } from '@aws-sdk/client-s3'
import { CreateSecretCommand, SecretsManagerClient } from '@aws-sdk/client-secrets-manager'
import { bundleFunctions } from '../build/bundle.ts'
import { createSimulator, type Simulator } from './allomia/simulator.ts'
import { deployStack, type StackOutputs } from './deployment.ts'
import { eventsEndpoint, publicEventsUrl } from './events-endpoint.ts'
import { type LocalCloud, startMinistack } from './ministack.ts'
import { announceVault, RUNS } from './running-vault.ts'

/** All of callvault on this machine: the deployed stack, the provider that it asks, and what a sender needs. */
export interface LocalVault {
  readonly cloud: LocalCloud
  readonly simulator: Simulator
  readonly outputs: StackOutputs
  /** The ARNs of the two documents. */
  readonly secrets: { readonly settingsSecretArn: string; readonly eventSourcesSecretArn: string }
  /** A sender appends its source. */
  readonly eventsUrl: string
  /** The same as the function sees it: what a sender signs that signs its URL. */
  readonly publicEventsUrl: string
  readonly senders: Senders
  /** The provider's key that sees every organization. */
  readonly tenantKey: string
  /** Takes down all that was started. */
  stop(): Promise<void>
}

/** The two configured event sources. */
export interface Senders {
  /** Standard Webhooks, at `/voice`. */
  readonly voiceSecret: string
  /** A token in the header `x-callvault-token`, at `/crm`. */
  readonly crmToken: string
}

export interface LocalVaultOptions {
  readonly organizationIds: readonly string[]
  readonly log: (line: string) => void
  /** Ends the start at its next step; what was started by then is taken down. */
  readonly signal?: AbortSignal
  /** In the settings: other API keys than the tenant's own for every organization. */
  readonly apiKeys?: Partial<ApiKeys>
  /** Event sources beside the two. */
  readonly eventSources?: object
  /** Variables of the function processes beside those of the stack: for those who watch them. */
  readonly watching?: Readonly<Record<string, string>>
}

const MEDIA_BUCKET = 'allomia-media'
export const EVENT_SOURCES_SECRET = 'callvault-event-sources'

/**
 * Starts it all, from nothing.
 *
 * engine and bundles -> provider -> configuration -> deployment of the real serverless.yml
 * @throws {Error} what is missing on this machine, or what went wrong; nothing stays up
 */
export async function startLocalVault({
  organizationIds,
  log,
  signal,
  apiKeys = {},
  eventSources = {},
  watching = {},
}: LocalVaultOptions): Promise<LocalVault> {
  const started = new AsyncDisposableStack()
  try {
    await mkdir(RUNS, { recursive: true })
    const directory = await mkdtemp(join(RUNS, `run-${process.pid}-`))
    started.defer(() => rm(directory, { recursive: true, force: true }))

    log('bundling the functions')
    await bundleFunctions({ log: (line) => log(`  ${line}`) })
    signal?.throwIfAborted()

    log('starting the local cloud')
    const cloud = await startMinistack({ directory, log: (line) => log(`  ${line}`), watching })
    started.defer(cloud.stop)
    signal?.throwIfAborted()

    log('starting the AlloMia simulator')
    const tenantKey = randomBytes(16).toString('hex')
    await createMediaBucket(cloud)
    const storage = { endpoint: cloud.s3Endpoint, bucket: MEDIA_BUCKET, region: cloud.region }
    const simulator = await createSimulator({ keys: { tenant: tenantKey }, organizationIds, storage })
    started.defer(simulator.close)
    signal?.throwIfAborted()

    log('writing the two configuration secrets')
    const senders = { voiceSecret: `whsec_${randomBytes(32).toString('base64')}`, crmToken: randomBytes(24).toString('base64url') }
    const params = await writeSecrets(cloud, {
      settings: settingsFor(simulator, { default: tenantKey, organizations: {}, ...apiKeys }, organizationIds),
      eventSources: { ...eventSources, ...eventSourcesFor(senders) },
    })
    signal?.throwIfAborted()

    log('deploying serverless.yml with osls')
    const outputs = await deployStack({ cloud, params: { ...params, allowInsecureSources: 'true', alarmEmail: 'alarms@example.org' } })
    signal?.throwIfAborted()
    await announceVault(directory, cloud)

    const urls = { eventsUrl: eventsEndpoint(outputs, cloud), publicEventsUrl: publicEventsUrl(outputs) }
    return { cloud, simulator, outputs, secrets: params, ...urls, senders, tenantKey, stop: () => started.disposeAsync() }
  } catch (error) {
    await started.disposeAsync()
    // Ctrl-C in a terminal reaches osls and pip as well: that they failed then is no news.
    throw signal?.aborted ? signal.reason : error
  }
}

async function createMediaBucket({ s3Endpoint, region, environment }: LocalCloud): Promise<void> {
  const s3 = new S3Client({ endpoint: s3Endpoint, region, credentials: credentialsIn(environment) })
  await s3.send(new CreateBucketCommand({ Bucket: MEDIA_BUCKET })).finally(() => s3.destroy())
}

interface Documents {
  readonly settings: object
  readonly eventSources: object
}

async function writeSecrets({ endpoint, region, environment }: LocalCloud, documents: Documents) {
  const client = new SecretsManagerClient({ endpoint, region, credentials: credentialsIn(environment) })
  const write = async (name: string, document: object) => {
    const secret = await client.send(new CreateSecretCommand({ Name: name, SecretString: JSON.stringify(document) }))
    if (secret.ARN === undefined) throw new Error(`The local cloud gave the secret ${name} no ARN.`)
    return secret.ARN
  }
  try {
    return {
      settingsSecretArn: await write('callvault-settings', documents.settings),
      eventSourcesSecretArn: await write(EVENT_SOURCES_SECRET, documents.eventSources),
    }
  } finally {
    client.destroy()
  }
}

interface ApiKeys {
  readonly default: string
  readonly organizations: Readonly<Record<string, string>>
}

const settingsFor = (simulator: Simulator, apiKeys: ApiKeys, organizationIds: readonly string[]) => ({
  allomia: {
    baseUrl: simulator.url,
    apiKeys,
    organizationIds,
    fieldMap: { outcome: 'callOutcome', summaryFr: 'callSummaryFr' },
    // This provider is ours, and has nobody else to answer.
    maxRequestsPerSecond: 500,
  },
  retention: { default: { days: 3653, policy: 'clinic-records-10-years' } },
})

const eventSourcesFor = ({ voiceSecret, crmToken }: Senders) => ({
  voice: {
    preset: 'standard-webhooks',
    secrets: [voiceSecret],
    eventTypes: ['call.ended'],
    pointers: { callId: '/data/callId', organizationId: '/data/organizationId', type: '/type' },
  },
  crm: { preset: 'token', tokens: [crmToken], pointers: { callId: '/callId' } },
})

const credentialsIn = ({ AWS_ACCESS_KEY_ID = '', AWS_SECRET_ACCESS_KEY = '' }: LocalCloud['environment']) => ({
  accessKeyId: AWS_ACCESS_KEY_ID,
  secretAccessKey: AWS_SECRET_ACCESS_KEY,
})
