import { GetSecretValueCommand, SecretsManagerClient } from '@aws-sdk/client-secrets-manager'
import { parseEventSources } from '#config/event-sources'
import { parseSettings } from '#config/settings'
import type { DeployOptions } from './options.ts'
import { whyNot } from './refusal.ts'

/**
 * What is wrong with the two documents, as the functions would find them: read from Secrets Manager with the operator's own
 * credentials, where these may, so that wrong ones show before a stack that cannot work is there. Their values are in no sentence.
 */
export async function problemsWithDocuments({ region, params, profile }: DeployOptions): Promise<string[]> {
  const client = new SecretsManagerClient({ region, ...(profile !== undefined && { profile }) })
  const allowInsecure = params.allowInsecureSources === 'true'
  try {
    return [
      ...(await problemsWithin(client, 'settingsSecretArn', params.settingsSecretArn, (text) => parseSettings(text, { allowInsecure }))),
      ...(await problemsWithin(client, 'eventSourcesSecretArn', params.eventSourcesSecretArn, parseEventSources)),
    ]
  } finally {
    client.destroy()
  }
}

async function problemsWithin(
  client: SecretsManagerClient,
  name: string,
  SecretId: string | undefined,
  parse: (text: string) => unknown,
): Promise<string[]> {
  let text: string
  try {
    text = (await client.send(new GetSecretValueCommand({ SecretId }))).SecretString ?? ''
  } catch (error) {
    const mayNotBeRead = error instanceof Error && error.name === 'AccessDeniedException'
    if (!mayNotBeRead) return [`The secret of --param "${name}" cannot be read: ${whyNot(error)}`]
    // Who deploys need not be allowed to read secrets.
    console.log(`The secret of --param "${name}" was not looked at: your credentials may not read it.`)
    return []
  }
  try {
    parse(text)
    return []
  } catch (error) {
    return [`The secret of --param "${name}" cannot be used. ${error instanceof Error ? error.message : error}`]
  }
}
