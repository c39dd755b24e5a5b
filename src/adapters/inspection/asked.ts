import { AwsAccessDeniedError, AwsUnavailableError } from '#core/operator-errors'

const REFUSAL_STATUS = 403

/**
 * One question to AWS, with the permission that it takes. `absent` are the names of errors that say that the thing is not there.
 * @throws {AwsAccessDeniedError} names the permission
 * @throws {AwsUnavailableError} retry
 */
export async function asked<T>(what: string, permission: string, work: () => Promise<T>, absent?: RegExp): Promise<T | undefined> {
  try {
    return await work()
  } catch (cause) {
    const { name, $metadata } = cause as { name?: string; $metadata?: { httpStatusCode?: number } }
    if (absent?.test(name ?? '')) return undefined
    if ($metadata?.httpStatusCode === REFUSAL_STATUS || /AccessDenied/.test(name ?? ''))
      throw new AwsAccessDeniedError(`${what}, which takes ${permission} (${name})`, { cause })
    throw new AwsUnavailableError(`${what} (${name})`, { cause })
  }
}
