import { GetSecretValueCommand, type SecretsManagerClient } from '@aws-sdk/client-secrets-manager'
import { type AlarmFactsOptions, createAlarmFacts } from '#adapters/inspection/alarm-facts'
import { asked } from '#adapters/inspection/asked'
import { type BucketFactsOptions, createBucketFacts } from '#adapters/inspection/bucket-facts'
import { createBucketHabits } from '#adapters/inspection/bucket-habits'
import { createDeployedTemplate, type DeployedTemplateOptions } from '#adapters/inspection/deployed-template'
import { createFunctionFacts, type FunctionFactsOptions } from '#adapters/inspection/function-facts'
import { createMessageFacts, type MessageFactsOptions } from '#adapters/inspection/message-facts'
import { createTableFacts, type TableFactsOptions } from '#adapters/inspection/table-facts'
import type { StackInspection } from '#core/ports/stack-inspection'

export interface StackInspectionOptions
  extends BucketFactsOptions,
    TableFactsOptions,
    MessageFactsOptions,
    AlarmFactsOptions,
    FunctionFactsOptions,
    DeployedTemplateOptions {
  readonly secrets: SecretsManagerClient
}

/** What a stack has in the account, asked of each service in its own words. */
export function createStackInspection({ secrets, ...options }: StackInspectionOptions): StackInspection {
  return {
    ...createBucketFacts(options),
    ...createBucketHabits(options),
    ...createFunctionFacts(options),
    ...createDeployedTemplate(options),
    ...createTableFacts(options),
    ...createMessageFacts(options),
    ...createAlarmFacts(options),
    secret: (SecretId) =>
      asked(
        `read the secret ${SecretId.split(':').at(-1)}`,
        'secretsmanager:GetSecretValue',
        async () => (await secrets.send(new GetSecretValueCommand({ SecretId }))).SecretString,
        /^ResourceNotFoundException$/,
      ),
  }
}
