import { execFile } from 'node:child_process'
import { mkdir } from 'node:fs/promises'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { exists } from '#local/python'
import type { S3Engine } from '#test/support/engines/engine'
import { ENGINES_HOME } from '#test/support/engines/places'

const VERSION = 'v1.76.0'

/** The pinned rclone: built with Go the first time, which takes some minutes. */
export async function ensureRclone(): Promise<string> {
  const folder = join(ENGINES_HOME, `rclone-${VERSION}`)
  const program = join(folder, 'rclone')
  if (await exists(program)) return program

  console.log(`building rclone ${VERSION}: some minutes, the first time only`)
  await mkdir(folder, { recursive: true })
  const env = { ...process.env, GOBIN: folder, CGO_ENABLED: '0' }
  await promisify(execFile)('go', ['install', '-ldflags=-s -w', `github.com/rclone/rclone@${VERSION}`], { env, timeout: 1_800_000 })
  return program
}

export const rcloneEnvironment = (engine: S3Engine): Record<string, string> => ({
  RCLONE_CONFIG: '/nonexistent',
  RCLONE_CONFIG_SINK_TYPE: 's3',
  RCLONE_CONFIG_SINK_PROVIDER: 'Other',
  RCLONE_CONFIG_SINK_ENDPOINT: engine.s3Endpoint,
  RCLONE_CONFIG_SINK_REGION: engine.region,
  RCLONE_CONFIG_SINK_ACCESS_KEY_ID: engine.accessKeyId,
  RCLONE_CONFIG_SINK_SECRET_ACCESS_KEY: engine.secretAccessKey,
  RCLONE_CONFIG_SINK_FORCE_PATH_STYLE: 'true',
})
