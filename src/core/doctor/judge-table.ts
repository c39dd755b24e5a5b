import { type Finding, judged, ok, PUT_BACK, problem } from '#core/doctor/finding'
import { isSameKey } from '#core/doctor/judge-bucket'
import type { KeyFacts, TableFacts } from '#core/ports/stack-inspection'

export const TABLE_INDEXES = ['by-organization', 'by-caller', 'by-due', 'by-failure'] as const

/** The catalog can be made anew from the bucket, in hours: it is worth protecting all the same. */
export function judgeTable(table: TableFacts | undefined, name: string, keyId: string | undefined): readonly Finding[] {
  const problemThat = (sentence: string, next: string) => problem('table', sentence, next)
  if (table === undefined) return [problemThat(`the table ${name} is not there`, 'docs/operations.md, "Restoring the table"')]

  const missing = TABLE_INDEXES.filter((index) => !table.indexes.has(index))
  // DynamoDB always tells how an index is; a stand-in may not.
  const unready = [...table.indexes].filter(([, status]) => !['ACTIVE', ''].includes(status))
  return judged('table', `active, with ${table.indexes.size} indexes, its deletion protection and the stack's key`, [
    ...(table.status === 'ACTIVE' ? [] : [problemThat(`the table is ${table.status}`, 'wait until it is ACTIVE, and look again')]),
    ...missing.map((index) => problemThat(`the table has no index ${index}`, PUT_BACK)),
    ...unready.map(([index, status]) => problemThat(`the index ${index} is ${status}`, 'wait until it is ACTIVE, and look again')),
    ...(table.isProtected
      ? []
      : [problemThat('the table can be deleted', `aws dynamodb update-table --table-name ${name} --deletion-protection-enabled`)]),
    ...(isSameKey(table.keyId, keyId) ? [] : [problemThat("the table is not encrypted with the stack's key", PUT_BACK)]),
  ])
}

export function judgeTableRecovery(isOn: boolean, name: string): readonly Finding[] {
  if (isOn) return [ok('table-recovery', 'the table can be restored to any moment of the last 35 days')]
  const next = `aws dynamodb update-continuous-backups --table-name ${name} --point-in-time-recovery-specification PointInTimeRecoveryEnabled=true`
  return [problem('table-recovery', 'the table cannot be restored to a point in time', next)]
}

export function judgeKey(key: KeyFacts | undefined): readonly Finding[] {
  const problemThat = (sentence: string, next: string) => [problem('encryption-key', sentence, next)]
  const retention = 'docs/operations.md, "Retention"'
  if (key === undefined) return problemThat("the stack's encryption key is not there: the archive cannot be read", retention)
  if (key.state === 'PendingDeletion') {
    return problemThat('the encryption key is about to be deleted: then nothing can be read', `aws kms cancel-key-deletion; ${retention}`)
  }
  if (key.state !== 'Enabled')
    return problemThat(`the encryption key is ${key.state}: nothing can be read or stored`, `aws kms enable-key; ${retention}`)
  if (!key.rotates) return problemThat('the encryption key is not rotated', `aws kms enable-key-rotation; ${retention}`)
  return [ok('encryption-key', 'enabled, and rotated each year')]
}
