import { randomUUID } from 'node:crypto'
import type { Readable } from 'node:stream'
import { buffer } from 'node:stream/consumers'
import { GetObjectCommand, ListObjectVersionsCommand } from '@aws-sdk/client-s3'
import { createS3ArchiveStore } from '#adapters/s3/archive-store'
import { createLockedBucket, s3ClientOf } from '#test/support/engines/clients'
import type { S3Engine } from '#test/support/engines/engine'
import { faultySource, type Turn } from '#test/support/faulty-source'
import { type CopyOrder, createRealCopy } from '#test/support/real-copy'
import { startScriptedServer } from '#test/support/scripted-server'

export type CopyRig = Awaited<ReturnType<typeof createCopyRig>>

/** A source that misbehaves by order, the real copy, and a bucket that somebody else looks into afterwards. */
export async function createCopyRig(engine: S3Engine, s3Endpoint = engine.s3Endpoint) {
  const [client, onlooker] = [s3ClientOf({ ...engine, s3Endpoint }), s3ClientOf(engine)]
  const bucket = `copies-${randomUUID()}`
  await createLockedBucket(onlooker, bucket)
  const server = await startScriptedServer()
  const real = await createRealCopy(createS3ArchiveStore({ client, bucket }))

  return {
    server,
    filesLeft: real.filesLeft,

    /** Copies from a source that answers by these turns, and says what came of it and what is in the bucket afterwards. */
    async copy(turns: readonly Turn[], order: CopyOrder = {}) {
      return await this.copyFrom(server.link(faultySource(turns)), order)
    },

    async copyFrom(url: string, order: CopyOrder = {}) {
      const { prefix, ended, fetches } = await real.copy(url, order)
      const { stored, error } = await ended
      return { stored, error, fetches: fetches(), bodies: await bodiesUnder(prefix) }
    },

    async close() {
      client.destroy()
      onlooker.destroy()
      await Promise.all([server.close(), real.close()])
    },
  }

  /** Every version of every object, and delete markers as an object of none. */
  async function bodiesUnder(prefix: string): Promise<Buffer[]> {
    const { Versions = [], DeleteMarkers = [] } = await onlooker.send(new ListObjectVersionsCommand({ Bucket: bucket, Prefix: prefix }))
    const bodies = Versions.map(async ({ Key, VersionId }) => {
      const { Body } = await onlooker.send(new GetObjectCommand({ Bucket: bucket, Key, VersionId }))
      return await buffer(Body as Readable)
    })
    return [...(await Promise.all(bodies)), ...DeleteMarkers.map(() => Buffer.alloc(0))]
  }
}
