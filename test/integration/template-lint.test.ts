import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { installLinter, lintTemplate, OFF } from '../../infra/deploy/lint-template.ts'
import { packageStack, type Template, templateFileIn } from '../support/stack/packaged-stack.ts'

const REGION = 'ca-central-1'
const linter = await installLinter(console.log).catch((reason: Error) => reason)
if (linter instanceof Error && process.env.CI === 'true') throw linter

/** cfn-lint itself takes seconds; a machine that is busy with other things takes longer. */
const PATIENCE = { timeout: 120_000 }

describe.skipIf(linter instanceof Error)(`cfn-lint${linter instanceof Error ? ` (${linter.message})` : ''}`, PATIENCE, () => {
  const python = linter instanceof Error ? '' : linter.python
  let directory: string
  let template: Template

  beforeAll(async () => {
    directory = await mkdtemp(join(tmpdir(), 'callvault-lint-'))
    template = await packageStack(directory, 'prod', '--param=auditTrail=true')
  }, PATIENCE.timeout)
  afterAll(() => rm(directory, { recursive: true }))

  it('finds nothing in the template that osls sends', async () => {
    expect(await lintTemplate({ templateFile: templateFileIn(directory), region: REGION, python })).toEqual([])
  })

  it('is told to pass over a rule only where it would speak, and where nothing can be done', async () => {
    const findings = await lintTemplate({ templateFile: templateFileIn(directory), region: REGION, python, off: [] })

    expect([...new Set(findings.map(({ rule }) => rule))]).toEqual(Object.keys(OFF))
  })

  it('speaks of a template that is wrong', async () => {
    const broken = structuredClone(template)
    broken.Resources.CallQueue!.Properties.VisibilityTimeout = 'long'
    const templateFile = join(directory, 'broken.json')
    await writeFile(templateFile, JSON.stringify(broken))

    const findings = await lintTemplate({ templateFile, region: REGION, python })

    expect(findings).toMatchObject([{ rule: 'E3012', path: 'Resources/CallQueue/Properties/VisibilityTimeout' }])
  })
})
