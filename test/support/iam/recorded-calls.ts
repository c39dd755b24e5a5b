import { readFile } from 'node:fs/promises'
import type { StackOutputs } from '#local/deployment'

/** One request that a deployed function made to AWS. */
export interface RecordedCall {
  /** The folder of functions/ */
  readonly caller: string
  /** `s3:PutObject`: the operation, which is not always the action it needs. */
  readonly operation: string
  /** What it is about, by the template's name: `ArchiveBucket/media/...`, `CatalogTable/index/by-due`, `CallQueue`. */
  readonly resource: string
  /** The partition key of what is put or looked through. */
  readonly key?: string | undefined
  /** What of the request decides on its permissions: names of headers and query parameters. */
  readonly withParts: ReadonlySet<string>
}

/** The names that the deployment gave, beside the outputs. */
export interface DeployedNames {
  readonly outputs: StackOutputs
  /** By parameter of the template. */
  readonly secrets: Readonly<Record<string, string>>
}

interface RawCall {
  readonly caller: string
  readonly service: string
  readonly method: string
  readonly path: string
  readonly target?: string
  readonly headers: readonly string[]
  readonly subject: { readonly TableName?: string; readonly IndexName?: string; readonly QueueUrl?: string; readonly SecretId?: string }
  readonly key?: string
}

/** What `call-recorder.cjs` wrote, in the template's words. */
export async function readRecordedCalls(file: string, names: DeployedNames): Promise<RecordedCall[]> {
  const lines = (await readFile(file, 'utf8')).trimEnd().split('\n')
  return lines.map((line) => toCall(JSON.parse(line), names))
}

function toCall(raw: RawCall, names: DeployedNames): RecordedCall {
  const { pathname, searchParams } = new URL(raw.path, 'http://localhost')
  const action = raw.target?.split('.').at(-1) ?? objectOperationOf(raw.method, searchParams)
  return {
    caller: raw.caller.replace(/^callvault-[^-]+-/, ''),
    operation: `${raw.service}:${action}`,
    resource: resourceOf(raw, decodeURIComponent(pathname), names),
    key: raw.key,
    withParts: new Set([...raw.headers, ...searchParams.keys()]),
  }
}

function objectOperationOf(method: string, query: URLSearchParams): string {
  if (query.has('retention')) return method === 'PUT' ? 'PutObjectRetention' : 'GetObjectRetention'
  if (query.has('list-type')) return 'ListObjectsV2'
  return { PUT: 'PutObject', GET: 'GetObject', HEAD: 'HeadObject', DELETE: 'DeleteObject' }[method] ?? method
}

/** What is none of the stack's own stays as it is, so that no role grants it. */
function resourceOf({ service, subject }: RawCall, path: string, { outputs, secrets }: DeployedNames): string {
  if (service === 's3') return path.slice(1).replace(outputs.archiveBucketName, 'ArchiveBucket')
  if (subject.TableName !== undefined) {
    const table = subject.TableName === outputs.catalogTableName ? 'CatalogTable' : subject.TableName
    return subject.IndexName === undefined ? table : `${table}/index/${subject.IndexName}`
  }
  if (subject.QueueUrl !== undefined) return subject.QueueUrl === outputs.callQueueUrl ? 'CallQueue' : subject.QueueUrl
  return Object.keys(secrets).find((name) => secrets[name] === subject.SecretId) ?? String(subject.SecretId)
}
