import { readFile } from 'node:fs/promises'
import { readSecretText } from '#compose-operator'
import type { DocumentPlace } from '#config/environment'
import { ConfigurationError } from '#core/errors'
import { UsageError } from './report-error.ts'
import type { Session } from './session.ts'

/**
 * The text of a configuration document, from a stack's secret or from a file that is to become one.
 * @throws {UsageError} the file cannot be read
 */
export async function documentText(session: Session, place: DocumentPlace): Promise<string> {
  if (!('file' in place)) return readSecretText(session.connection, place.secretArn)
  return readFile(place.file, 'utf8').catch(({ code }: NodeJS.ErrnoException) => {
    throw new UsageError(`${place.file} cannot be read (${code}): name another file, or look at who may read it.`)
  })
}

/**
 * The same, read as what it is to be. What is wrong with a file is for whoever named it; with a secret, for whoever looks after the stack.
 * @throws {UsageError} @throws {ConfigurationError}
 */
export async function parsedDocument<T>(session: Session, place: DocumentPlace, parse: (text: string) => T): Promise<T> {
  const text = await documentText(session, place)
  try {
    return parse(text)
  } catch (error) {
    if (!('file' in place) || !(error instanceof ConfigurationError)) throw error
    const problems = error.problems.map((problem) => `\n  - ${problem}`).join('')
    throw new UsageError(
      `${place.file} is not as its schema says:${problems}\nnext:  Mend the file; callvault config check tells when it is right.`,
    )
  }
}
