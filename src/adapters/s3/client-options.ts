/** The SDK would write to standard output of its own accord; what matters of its errors is logged with our codes. */
const SILENT = { debug() {}, info() {}, warn() {}, error() {} }

/** What the archive store needs of its S3 client, wherever one is built. */
export const S3_CLIENT_OPTIONS = {
  /** One connection serves many uploads: the pause of `Expect: 100-continue` would open a new one for each. */
  expectContinueHeader: false,
  /** Uploads last as long as their source; S3 itself gives up after 20 s of silence. */
  requestHandler: { connectionTimeout: 3_000, socketTimeout: 25_000 },
  logger: SILENT,
} as const
