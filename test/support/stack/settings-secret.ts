import { GetSecretValueCommand, PutSecretValueCommand, SecretsManagerClient } from '@aws-sdk/client-secrets-manager'
import type { AwsEngine } from '../engines/engine.ts'

/** As much of the settings document as the tests turn. */
export interface SettingsDocument {
  readonly allomia: { readonly apiKeys: { readonly default: string; readonly organizations: Readonly<Record<string, string>> } }
}

/** The settings secret of a local vault, in the hands of an operator. */
export function createSettingsSecret({ endpoint, region, accessKeyId, secretAccessKey }: AwsEngine) {
  const client = new SecretsManagerClient({ endpoint, region, credentials: { accessKeyId, secretAccessKey } })
  const SecretId = 'callvault-settings'

  async function read(): Promise<SettingsDocument> {
    const { SecretString = '' } = await client.send(new GetSecretValueCommand({ SecretId }))
    return JSON.parse(SecretString)
  }

  return {
    async setTenantKey(key: string): Promise<void> {
      const { allomia, ...rest } = await read()
      const document = { ...rest, allomia: { ...allomia, apiKeys: { ...allomia.apiKeys, default: key } } }
      await client.send(new PutSecretValueCommand({ SecretId, SecretString: JSON.stringify(document) }))
    },
    close: () => client.destroy(),
  }
}
