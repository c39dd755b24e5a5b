import { createHash } from 'node:crypto'
import { createServer, type IncomingHttpHeaders, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { buffer } from 'node:stream/consumers'
import { PutObjectCommand, S3Client, type S3ClientConfig } from '@aws-sdk/client-s3'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { createS3ArchiveStore } from '#adapters/s3/archive-store'
import { S3_CLIENT_OPTIONS } from '#adapters/s3/client-options'
import { putOptions } from '#test/support/archive-content'
import { inPieces, someBytes } from '#test/support/pieces'

/** What S3 sees: the form of a streamed PutObject hangs on two inner parts of the SDK, which a new version may change. */
let server: Server
let received: { method: string; headers: IncomingHttpHeaders; body: Buffer }[]

beforeEach(async () => {
  received = []
  server = createServer(async (request, response) => {
    received.push({ method: request.method ?? '', headers: request.headers, body: await buffer(request) })
    if (request.method === 'HEAD') return void response.writeHead(404).end()
    const checksum = /x-amz-checksum-sha256:(\S+)/.exec(received.at(-1)!.body.subarray(-200).toString('latin1'))?.[1]
    response.writeHead(200, { 'x-amz-version-id': 'v1', ...(checksum && { 'x-amz-checksum-sha256': checksum }) }).end()
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
})
afterEach(() => new Promise<void>((resolve) => server.close(() => resolve())))

describe('a stream on its way to S3', () => {
  it.each([1, 8_191, 3_000_000])('is one aws-chunk of its declared length, with one digest behind it: %i bytes', async (length) => {
    const body = someBytes(length)
    const checksum = createHash('sha256').update(body).digest('base64')

    const { object } = await put(S3_CLIENT_OPTIONS, body)

    const [request, ...others] = received
    const around = [`${length.toString(16)}\r\n`, `\r\n0\r\nx-amz-checksum-sha256:${checksum}\r\n\r\n`].map((text) => Buffer.from(text))
    expect(others).toEqual([])
    expect(request?.body.equals(Buffer.concat([around[0]!, body, around[1]!]))).toBe(true)
    expect(request?.headers).toMatchObject({
      'content-encoding': 'aws-chunked',
      'content-length': String(request?.body.length),
      'x-amz-content-sha256': 'STREAMING-UNSIGNED-PAYLOAD-TRAILER',
      'x-amz-decoded-content-length': String(length),
      'x-amz-trailer': 'x-amz-checksum-sha256',
      'if-none-match': '*',
    })
    expect(request?.headers).not.toHaveProperty('transfer-encoding')
    expect(request?.headers).not.toHaveProperty('expect')
    expect(object.storedChecksum.value).toBe(checksum)
  })

  it('is not sent at all by a client that would encode it once more', async () => {
    const { getAwsChunkedEncodingStream: _, ...withoutHook } = S3_CLIENT_OPTIONS

    await expect(put(withoutHook, someBytes(1_000))).rejects.toMatchObject({ code: 'ARCHIVE_UNAVAILABLE' })
    expect(received.map(({ method }) => method)).not.toContain('PUT')
  })

  it('would have been encoded by the SDK where the hook is not known any more', async () => {
    const { getAwsChunkedEncodingStream: _, ...withoutHook } = S3_CLIENT_OPTIONS
    const body = { Body: inPieces(Buffer.alloc(10_000)), ContentLength: 10_000, ChecksumAlgorithm: 'SHA256' as const }

    await clientOf(withoutHook).send(new PutObjectCommand({ Bucket: 'archive', Key: 'k', ...body }))

    // 1 byte, then 2, then 1,000: the form that S3 refuses, for which the hook is there.
    expect(received[0]?.body.subarray(0, 13).toString('latin1')).toBe('1\r\n\0\r\n2\r\n\0\0\r\n')
  })
})

async function put(options: S3ClientConfig, body: Buffer) {
  const client = clientOf(options)
  try {
    return await createS3ArchiveStore({ client, bucket: 'archive' }).put('k', { bytes: body.length, body: inPieces(body) }, putOptions())
  } finally {
    client.destroy()
  }
}

const clientOf = (options: S3ClientConfig) =>
  new S3Client({
    ...options,
    region: 'ca-central-1',
    credentials: { accessKeyId: 'a', secretAccessKey: 'b' },
    endpoint: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    forcePathStyle: true,
  })
