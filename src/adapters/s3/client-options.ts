import type { S3ClientConfig } from '@aws-sdk/client-s3'

/** The SDK would write to standard output of its own accord; what matters of its errors is logged with our codes. */
const SILENT = { debug() {}, info() {}, warn() {}, error() {} }

/** What the archive store needs of its S3 client, wherever one is built. */
export const S3_CLIENT_OPTIONS = {
  /** One connection serves many uploads: the pause of `Expect: 100-continue` would open a new one for each. */
  expectContinueHeader: false,
  /** Uploads last as long as their source; S3 itself gives up after 20 s of silence. What is small is sent {@link BRIEFLY}. */
  requestHandler: { connectionTimeout: 3_000, socketTimeout: 25_000, throwOnRequestTimeout: true },
  /** Who waits for the archive has an invocation to end: the next attempt is the third try. */
  maxAttempts: 2,
  /** Streams come in the form in which they are sent (see sent-as-encoded.ts), with their digest computed once. */
  getAwsChunkedEncodingStream: (stream: unknown) => stream,
  logger: SILENT,
} satisfies S3ClientConfig

/** Of a request without a stream: what has no answer by then is asked once more. */
export const BRIEFLY = { requestTimeout: 5_000 }
