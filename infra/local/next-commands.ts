import { EVENT_SOURCES_SECRET, type LocalVault } from './local-vault.ts'

const STAGE = 'local'
const FUNCTIONS = ['receive-event', 'archive-call', 'reconcile-calls'] as const

/**
 * What to try while a vault is up, to be copied into a shell. A test runs it.
 *
 * Both versions of the AWS CLI take these: version 1 would ask AWS itself about queues unless each such command names the endpoint.
 */
export function nextCommands(
  { cloud, simulator, outputs, eventsUrl, publicEventsUrl, senders }: LocalVault,
  organizationId: string,
): string {
  const { AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY } = cloud.environment
  return `Try next, in another terminal:

  # another call ends: let it happen at the provider, then announce it
  curl -X PUT '${simulator.url}/_simulator/calls/call_mine' -H 'content-type: application/json' -d '{"organizationId":"${organizationId}"}'
  curl -X POST '${eventsUrl}/crm' -H 'content-type: application/json' -H 'x-callvault-token: ${senders.crmToken}' -d '{"callId":"call_mine"}'

  # what an operator asks: does anything need me, which calls are there, is all of it what its manifests say
  npx callvault status --local
  npx callvault find --organization ${organizationId} --local
  npx callvault verify --all --local

  # what the provider was asked
  curl '${simulator.url}/_simulator/journal'

  # look around with the AWS CLI
  export AWS_ACCESS_KEY_ID=${AWS_ACCESS_KEY_ID} AWS_SECRET_ACCESS_KEY=${AWS_SECRET_ACCESS_KEY} AWS_REGION=${cloud.region} AWS_DEFAULT_REGION=${cloud.region} AWS_ENDPOINT_URL=${cloud.s3Endpoint}
  aws s3 ls --recursive s3://${outputs.archiveBucketName}/
  aws dynamodb get-item --table-name ${outputs.catalogTableName} --key '{"pk":{"S":"call#call_inbound"},"sk":{"S":"call"}}'
  aws sqs get-queue-attributes --endpoint-url ${cloud.s3Endpoint} --queue-url ${outputs.callDeadLetterQueueUrl} --attribute-names All

  # what the functions wrote, one group for each, and what the local cloud itself wrote
  for name in ${FUNCTIONS.join(' ')}; do aws logs filter-log-events --log-group-name /aws/lambda/callvault-${STAGE}-$name --query 'events[].[message]' --output text; done
  tail -f '${cloud.logFile}'

  # for the examples of docs/operations.md and docs/events.md, which name these
  export ARCHIVE_BUCKET=${outputs.archiveBucketName} CATALOG_TABLE=${outputs.catalogTableName}
  export CALL_QUEUE_URL=${outputs.callQueueUrl}
  export EVENTS_URL='${eventsUrl}' SECRET='${senders.voiceSecret}'  # of the source voice, which signs
  export PUBLIC_EVENTS_URL='${publicEventsUrl}' EVENT_SOURCES_SECRET=${EVENT_SOURCES_SECRET}
  export SIMULATOR_URL='${simulator.url}' ORGANIZATION_ID='${organizationId}'`
}
