import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { accessRules } from '../support/policies/access-rules.ts'
import { archiveRules } from '../support/policies/archive-rules.ts'
import { keepingRules } from '../support/policies/keeping-rules.ts'
import { unknownIn } from '../support/policies/known-properties.ts'
import { rulesOfTheWhole } from '../support/policies/whole-rules.ts'
import { packageStack, type Template } from '../support/stack/packaged-stack.ts'

const RULES = [...archiveRules, ...keepingRules, ...accessRules, ...rulesOfTheWhole]
const BREAKS = RULES.flatMap(({ promise, problemsIn, breaks }) =>
  Object.entries(breaks).map(([what, breakIt]) => [promise, what, problemsIn, breakIt] as const),
)

/** CloudFormation's own limits for a template sent through a bucket, and for one stack. */
const MOST_BYTES = 1_048_576
const MOST_RESOURCES = 500

describe('the template that osls sends', () => {
  let directory: string
  let template: Template

  beforeAll(async () => {
    directory = await mkdtemp(join(tmpdir(), 'callvault-policies-'))
    template = await packageStack(directory, 'prod', '--param=auditTrail=true', '--param=coolMediaAfterDays=90')
  }, 60_000)
  afterAll(() => rm(directory, { recursive: true }))

  it.each(RULES.map(({ promise, problemsIn }) => [promise, problemsIn] as const))('keeps the rule: %s', (_promise, problemsIn) => {
    expect(problemsIn(template)).toEqual([])
  })

  it.each(BREAKS)('would be caught breaking the rule: %s (%s)', (_promise, _what, problemsIn, breakIt) => {
    const broken = structuredClone(template)

    breakIt(broken)

    expect(problemsIn(broken)).not.toEqual([])
  })

  it('is within what CloudFormation takes', () => {
    expect(JSON.stringify(template).length).toBeLessThan(MOST_BYTES)
    expect(Object.keys(template.Resources).length).toBeLessThan(MOST_RESOURCES)
  })

  it('names no resource type and no property that AWS does not have', async () => {
    expect(await unknownIn(template)).toEqual([])
  })

  it('would be caught with a type or a property that AWS does not have', async () => {
    const broken = structuredClone(template)
    broken.Resources.CallQueue!.Properties.VisibilityTimeOut = 360
    broken.Resources.ArchiveBucket!.Properties.VersioningConfiguration.Enabled = true
    broken.Resources.CatalogTable!.Properties.GlobalSecondaryIndexes[0].Projections = {}
    broken.Resources.Another = { Type: 'AWS::S3::Bukkit', Properties: {} }

    const unknown = await unknownIn(broken)

    expect([...unknown].sort()).toEqual([
      'Another: AWS::S3::Bukkit',
      'ArchiveBucket.VersioningConfiguration.Enabled',
      'CallQueue.VisibilityTimeOut',
      'CatalogTable.GlobalSecondaryIndexes[0].Projections',
    ])
  })
})
