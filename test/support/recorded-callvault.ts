import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { callvault, type Ran } from './callvault.ts'

const RECORDER = join(import.meta.dirname, 'iam/call-recorder.cjs')

/** Runs the command, and tells each request that it made to AWS: `dynamodb:Query`, `s3:GET`. */
export async function recordedCallvault(args: readonly string[]): Promise<Ran & { readonly requests: readonly string[] }> {
  const folder = await mkdtemp(join(tmpdir(), 'callvault-recorded-'))
  try {
    const file = join(folder, 'requests.ndjson')
    const watching = { CALLVAULT_CALL_RECORD: file, AWS_LAMBDA_FUNCTION_NAME: 'callvault-local-command-line' }
    const ran = await callvault(args, { NODE_OPTIONS: `--require ${RECORDER}`, ...watching })
    return { ...ran, requests: (await readFile(file, 'utf8')).trimEnd().split('\n').map(operationOf) }
  } finally {
    await rm(folder, { recursive: true, force: true })
  }
}

function operationOf(line: string): string {
  const { service, target, method }: { service: string; target?: string; method: string } = JSON.parse(line)
  return `${service}:${target?.split('.').at(-1) ?? method}`
}
