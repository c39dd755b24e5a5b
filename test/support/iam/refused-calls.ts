import type { RecordedCall } from './recorded-calls.ts'

const call = (caller: string, operation: string, resource: string, ...withParts: string[]): RecordedCall => ({
  caller,
  operation,
  resource,
  withParts: new Set(withParts),
})

const withKey = (key: string, refused: RecordedCall): RecordedCall => ({ ...refused, key })

const OBJECT = 'ArchiveBucket/media/organization=org_1/year=2026/month=03/day=03/call_1/1/recording.wav'

/** What somebody who took a function over would try. None of it is granted. */
export const REFUSED_CALLS: readonly RecordedCall[] = [
  // The door to the internet reaches neither archive, catalog nor settings, and cannot read what it queued.
  call('receive-event', 's3:GetObject', OBJECT),
  call('receive-event', 's3:PutObject', OBJECT),
  call('receive-event', 'dynamodb:GetItem', 'CatalogTable'),
  call('receive-event', 'dynamodb:UpdateItem', 'CatalogTable'),
  call('receive-event', 'secretsmanager:GetSecretValue', 'SettingsSecretArn'),
  call('receive-event', 'sqs:ReceiveMessage', 'CallQueue'),
  // Who copies can neither forge messages, read who may send events, look through the table, nor write elsewhere.
  call('archive-call', 'sqs:SendMessage', 'CallQueue'),
  call('archive-call', 'secretsmanager:GetSecretValue', 'EventSourcesSecretArn'),
  call('archive-call', 'dynamodb:Query', 'CatalogTable/index/by-caller'),
  call('archive-call', 'dynamodb:Scan', 'CatalogTable'),
  call('archive-call', 's3:DeleteObject', OBJECT),
  call('archive-call', 's3:PutObject', 'ArchiveBucket/reports/org_1/2026-03-03.json'),
  call('archive-call', 's3:PutObject', 'AnotherBucket/media/x'),
  // Who reconciles cannot hear a recording, nor look a caller up.
  call('reconcile-calls', 's3:GetObject', OBJECT),
  call('reconcile-calls', 's3:PutObject', OBJECT),
  call('reconcile-calls', 'dynamodb:Query', 'CatalogTable/index/by-caller'),
  call('reconcile-calls', 'dynamodb:DeleteItem', 'CatalogTable'),
  // Nor replace the row of a call, or look one up, by naming its key or none.
  withKey('call#call_1', call('reconcile-calls', 'dynamodb:PutItem', 'CatalogTable')),
  withKey('call#call_1', call('reconcile-calls', 'dynamodb:Query', 'CatalogTable')),
  call('reconcile-calls', 'dynamodb:PutItem', 'CatalogTable'),
  call('reconcile-calls', 'dynamodb:Scan', 'CatalogTable'),
  call('reconcile-calls', 'secretsmanager:GetSecretValue', 'EventSourcesSecretArn'),
  call('reconcile-calls', 'sqs:ReceiveMessage', 'CallQueue'),
]
