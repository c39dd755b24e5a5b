import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { grantsOf, isGranted } from '../support/iam/granted-actions.ts'
import type { Statement } from '../support/policies/security-rule.ts'
import { packageStack, type Template } from '../support/stack/packaged-stack.ts'

describe('what a role grants', () => {
  let directory: string
  let template: Template
  const statementsIn = (one: Template, role: string): Statement[] => one.Resources[role]!.Properties.Policies[0].PolicyDocument.Statement
  const changed = (change: (statements: Statement[]) => void, role = 'ArchiveCallRole') => {
    const copy = structuredClone(template)
    change(statementsIn(copy, role))
    return copy
  }
  const receives = { caller: 'archive-call', action: 'sqs:ReceiveMessage', resource: 'CallQueue' }
  const puts = (key?: string) => ({ caller: 'reconcile-calls', action: 'dynamodb:PutItem', resource: 'CatalogTable', key })

  beforeAll(async () => {
    directory = await mkdtemp(join(tmpdir(), 'callvault-grants-'))
    template = await packageStack(directory, 'prod')
  }, 60_000)
  afterAll(() => rm(directory, { recursive: true }))

  it('is what it allows', () => {
    expect(isGranted(grantsOf(template), receives)).toBe(true)
  })

  it('is nothing that stands under a condition which no function meets', () => {
    const conditional = changed(([first]) => {
      first.Condition = { Bool: { 'aws:MultiFactorAuthPresent': 'true' } }
    })

    expect(isGranted(grantsOf(conditional), receives)).toBe(false)
  })

  it('is not read where something is denied', () => {
    const denying = changed(([first]) => {
      first.Effect = 'Deny'
    })

    expect(() => grantsOf(denying)).toThrow(/archive-call has a statement that does not allow: Deny/)
  })

  it('is bound to the partition keys that it names, and to naming one', () => {
    const grants = grantsOf(template)

    expect([puts('coverage#org_1'), puts('call#call_1'), puts()].map((need) => isGranted(grants, need))).toEqual([true, false, false])
  })

  it('is nothing where a request without a key would meet the condition', () => {
    const loose = changed((statements) => {
      delete statements.find(({ Condition }) => Condition !== undefined).Condition.Null
    }, 'ReconcileCallsRole')

    expect(isGranted(grantsOf(loose), puts('coverage#org_1'))).toBe(false)
  })
})
