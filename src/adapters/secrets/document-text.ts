import { readFile } from 'node:fs/promises'
import { GetSecretValueCommand, type SecretsManagerClient } from '@aws-sdk/client-secrets-manager'
import { SettingsUnavailableError } from '#core/errors'

/** The text of a secret in Secrets Manager. @throws {SettingsUnavailableError} retry */
export async function secretText(client: SecretsManagerClient, secretArn: string): Promise<string> {
  try {
    const { SecretString: text } = await client.send(new GetSecretValueCommand({ SecretId: secretArn }))
    if (text !== undefined) return text
  } catch (cause) {
    throw new SettingsUnavailableError('a secret', { cause })
  }
  throw new SettingsUnavailableError('a secret without text')
}

/** The text of a file, for programs outside Lambda. @throws {SettingsUnavailableError} retry */
export async function fileText(path: string): Promise<string> {
  try {
    return await readFile(path, 'utf8')
  } catch (cause) {
    throw new SettingsUnavailableError('a configuration file', { cause })
  }
}
