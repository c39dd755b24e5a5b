import { GetSecretValueCommand, PutSecretValueCommand, SecretsManagerClient } from '@aws-sdk/client-secrets-manager'
import { EVENT_SOURCES_SECRET as SecretId } from '#local/local-vault'
import type { AwsEngine } from '../engines/engine.ts'

/** The event sources secret of a local vault, in the hands of an operator. */
export function createEventSourcesSecret({ endpoint, region, accessKeyId, secretAccessKey }: AwsEngine) {
  const client = new SecretsManagerClient({ endpoint, region, credentials: { accessKeyId, secretAccessKey } })

  return {
    /** Adds sources to those that there are, or changes them. */
    async put(sources: object): Promise<void> {
      const { SecretString = '' } = await client.send(new GetSecretValueCommand({ SecretId }))
      await client.send(new PutSecretValueCommand({ SecretId, SecretString: JSON.stringify({ ...JSON.parse(SecretString), ...sources }) }))
    },
    close: () => client.destroy(),
  }
}
