import { writeFile } from 'node:fs/promises'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import { DeleteTableCommand } from '@aws-sdk/client-dynamodb'
import { startMinistack } from '#local/ministack'
import { createCatalogTable, dynamoDbClientOf } from '#test/support/engines/clients'
import { bundleFunctions } from '../../infra/build/bundle.ts'
import { startMediaSource } from './media-source.ts'
import { environmentOf, startSink } from './sink.ts'
import { startSlowProxy } from './slow-proxy.ts'

/** Where a program finds everything that a call needs. */
export interface Places {
  readonly api: string
  readonly source: string
  readonly sink: string
  readonly catalog: string
}

export type CallWorld = Awaited<ReturnType<typeof startCallWorld>>

/** Everything around archive-call: an API, media, a bucket and a table, and the function's package. */
export async function startCallWorld(directory: string) {
  const bundle = (await bundleFunctions()).find(({ name }) => name === 'archive-call')
  if (bundle === undefined) throw new Error('archive-call was not bundled')
  const [source, sink, cloud] = await Promise.all([startMediaSource(directory), startSink(directory), startMinistack({ directory })])
  const table = dynamoDbClientOf({ ...cloud, accessKeyId: 'test', secretAccessKey: 'test' })
  const api = await startApi()
  const direct = { api: api.url, source: new URL(source.link('')).origin, sink: sink.engine.s3Endpoint, catalog: cloud.s3Endpoint }

  return {
    sourceKind: source.kind,
    bundle: bundle.file,
    direct,
    table: 'calls',
    bucket: sink.bucket,

    /** The same places behind proxies that wait, which count what passes. */
    async behindProxies(milliseconds: number) {
      const proxies = await Promise.all(Object.values(direct).map((place) => startSlowProxy(place, milliseconds)))
      const [viaApi, viaSource, viaSink, viaCatalog] = proxies
      if (!viaApi || !viaSource || !viaSink || !viaCatalog) throw new Error('a proxy is missing')
      return {
        places: { api: viaApi.url, source: viaSource.url, sink: viaSink.url, catalog: viaCatalog.url },
        counts: () => ({ api: viaApi.passed(), source: viaSource.passed(), sink: viaSink.passed(), catalog: viaCatalog.passed() }),
        close: () => Promise.all(proxies.map((proxy) => proxy.close())),
      }
    },

    /** Nothing is archived any more, and the API hands out links to this recording. */
    async renew(recording: string, places: Places): Promise<void> {
      await sink.empty()
      await table.send(new DeleteTableCommand({ TableName: 'calls' })).catch(() => {})
      await createCatalogTable(table, 'calls')
      api.handOut(places.source, recording)
    },

    async environment(places: Places): Promise<Record<string, string>> {
      const settings = join(directory, 'settings.json')
      await writeFile(settings, settingsFor(places.api))
      return {
        ...environmentOf({ ...sink.engine, s3Endpoint: places.sink }),
        AWS_ENDPOINT_URL_DYNAMODB: places.catalog,
        ARCHIVE_BUCKET: sink.bucket,
        CATALOG_TABLE: 'calls',
        SETTINGS_FILE: settings,
        RETENTION_MODE: 'NONE',
        ALLOW_INSECURE_SOURCES: 'true',
        LOG_LEVEL: 'ERROR',
      }
    },

    objects: async () => (await sink.sizes()).length,

    async stop(): Promise<void> {
      table.destroy()
      await Promise.all([api.close(), source.stop(), sink.stop(), cloud.stop()])
    },
  }
}

const settingsFor = (baseUrl: string) =>
  JSON.stringify({
    allomia: { baseUrl, apiKey: 'bench', organizationIds: ['org_1'], maxRequestsPerSecond: 1_000 },
    retention: { default: { days: 3_650, policy: 'bench' } },
    waits: { recheckAfterHours: 0 },
  })

/** `GET /api/calls/{id}` for any id. */
async function startApi() {
  let links = { transcriptUrl: '', recordingUrl: '' }
  const server = createServer((request, response) => {
    const id = /\/api\/calls\/([^/?]+)/.exec(request.url ?? '')?.[1]
    const endedAt = new Date(Date.now() - 60_000).toISOString()
    const record = { id, organizationId: 'org_1', callType: 'Inbound', callStartedAt: endedAt, callEndedAt: endedAt, createdAt: endedAt }
    response.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify({ ...record, ...links }))
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    handOut(source: string, recording: string) {
      links = { transcriptUrl: `${source}/call.txt`, recordingUrl: `${source}/${recording}` }
    },
    close: () =>
      new Promise<void>((resolve) => {
        server.close(() => resolve())
        server.closeAllConnections()
      }),
  }
}
