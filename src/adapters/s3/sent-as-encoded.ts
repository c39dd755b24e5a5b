import type { Readable } from 'node:stream'
import type { PutObjectCommand } from '@aws-sdk/client-s3'

/**
 * Lets a PutObject send a stream that has its aws-chunked form already: the client option `getAwsChunkedEncodingStream` (see
 * client-options.ts) leaves it as it is, and this gives the request its length, which S3 wants to know beforehand.
 *
 * Both are inner parts of the SDK, whose version is pinned. Were one of them gone, the request is refused before it is sent: in
 * doubt nothing is stored. A test fails then, too.
 */
export function sendAsEncoded(command: PutObjectCommand, stream: Readable, encodedBytes: number): void {
  command.middlewareStack.add(
    (next) => async (args) => {
      const { body, headers } = args.request as EncodedRequest
      if (body !== stream || headers['x-amz-trailer'] !== 'x-amz-checksum-sha256') {
        throw new Error('the SDK encodes bodies in another way than this version of callvault expects')
      }
      headers['content-length'] = String(encodedBytes)
      delete headers['transfer-encoding']
      return next(args)
    },
    { name: 'sendAsEncoded', step: 'build', priority: 'low' },
  )
}

interface EncodedRequest {
  readonly body: unknown
  readonly headers: Record<string, string>
}
