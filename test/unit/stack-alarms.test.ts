import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { composeArchiveCall, composeReceiveEvent, composeReconcileCalls } from '#compose'
import { loadArchiveCallEnvironment, loadReceiveEventEnvironment, loadReconcileCallsEnvironment } from '#config/environment'
import { type AlarmLine, alarmLinesOf, TOLD_BY_AWS } from '../support/policies/alarms.ts'
import { dashboardSeriesOf } from '../support/policies/dashboard.ts'
import { packageStack, type Template } from '../support/stack/packaged-stack.ts'

const REPOSITORY = join(import.meta.dirname, '../..')
const read = (file: string) => readFile(join(REPOSITORY, file), 'utf8')

/** `callvault Halt service=ArchiveCallLambdaFunction`, as alarms and dashboard have it. */
const partsOf = (series: string) => {
  const [namespace = '', metric = '', dimension = ''] = series.split(' ')
  return { namespace, metric, dimension }
}

/** The same, with the name that the function bears in its stage. */
const resolvedIn = ({ Resources }: Template, series: string) =>
  series.replace(/service=(\w+)$/, (_, name: string) => `service=${Resources[name]?.Properties.FunctionName}`)

describe('alarms and dashboard', () => {
  let directory: string
  let template: Template
  let otherStage: Template
  const watched = (one: Template) => [...alarmLinesOf(one).map(({ watches }) => watches), ...dashboardSeriesOf(one)]

  beforeAll(async () => {
    directory = await mkdtemp(join(tmpdir(), 'callvault-alarms-'))
    ;[template, otherStage] = await Promise.all([
      packageStack(join(directory, 'prod'), 'prod'),
      packageStack(join(directory, 'dev'), 'dev'),
    ])
  }, 60_000)
  afterAll(() => rm(directory, { recursive: true }))

  it('speak when docs/operations.md says so: add a row there for each alarm that you add', async () => {
    const lines = (await read('docs/operations.md')).matchAll(/^\| `(\w+)` \| `([^`]+)` \| ([^|]+) \| (fine|alarm|missing) \| [^|]+ \|$/gm)
    const documented = [...lines].map(([, name, watches, when, silence]): AlarmLine => ({ name, watches, when, silence }) as AlarmLine)

    expect(documented.length).toBeGreaterThan(20)
    expect(alarmLinesOf(template).sort(byName)).toEqual(documented.sort(byName))
  })

  it('speak of a duration at nine tenths of the timeout', () => {
    const names = ['ReceiveEvent', 'ArchiveCall', 'ReconcileCalls']

    const thresholds = names.map((name) => template.Resources[`${name}DurationAlarm`]!.Properties.Threshold)

    expect(thresholds).toEqual(names.map((name) => 900 * template.Resources[`${name}LambdaFunction`]!.Properties.Timeout))
  })

  it('watch what the code tells, by the name under which it does', async () => {
    const codes = [...(await read('docs/errors.md')).matchAll(/^\| `(\w+)` \|/gm)].map(([, code]) => `Error.${code}`)
    const untold = []
    for (const series of watched(template).filter((one) => one.startsWith('callvault '))) {
      const { metric, dimension } = partsOf(series)
      const folder = String(template.Resources[dimension.replace('service=', '')]?.Properties.FunctionName).replace('callvault-prod-', '')
      const files = (await readdir(join(REPOSITORY, 'functions', folder))).filter((file) => file.endsWith('.ts'))
      const sources = await Promise.all(files.map((file) => read(join('functions', folder, file))))
      const isTold = sources.some((source) => source.includes(`'${metric}'`) || source.includes(`\`${metric.split('.')[0]}.$`))
      if (!isTold || (metric.startsWith('Error.') && !codes.includes(metric))) untold.push(series)
    }

    expect(untold).toEqual([])
  })

  it('watch what AWS tells, by the name under which it does', () => {
    const unknown = watched(template).filter((series) => {
      const { namespace, metric, dimension } = partsOf(series)
      const told = TOLD_BY_AWS[namespace]
      return namespace !== 'callvault' && !(told?.metrics.includes(metric) && told.dimension.test(dimension))
    })

    expect(unknown).toEqual([])
  })

  it('watch another series in each stage of an account', () => {
    const [these, those] = [template, otherStage].map((one) => watched(one).map((series) => resolvedIn(one, series)))
    const ownNames = these?.filter((series) => series.startsWith('callvault ')) ?? []

    expect(ownNames.length).toBeGreaterThan(20)
    expect(ownNames.filter((series) => those?.includes(series))).toEqual([])
  })

  it('watch the dimension that the functions tell, with the value that Lambda gives them', () => {
    const told = ['ReceiveEvent', 'ArchiveCall', 'ReconcileCalls'].map((name) => {
      const { FunctionName, Environment } = template.Resources[`${name}LambdaFunction`]!.Properties
      const given = Object.fromEntries(Object.entries(Environment.Variables).map(([variable, value]) => [variable, textOf(value)]))
      const { metrics } = DOORS[name]!({ ...given, AWS_LAMBDA_FUNCTION_NAME: FunctionName })
      metrics.addMetric('Any', 'Count', 1)
      const line = metrics.serializeMetrics() as unknown as Record<string, unknown> & Emf
      metrics.clearMetrics()
      const [{ Namespace, Dimensions }] = line._aws.CloudWatchMetrics
      return `${Namespace} ${Dimensions.flat().map((dimension) => `${dimension}=${line[dimension]}`)}`
    })

    const asked = watched(template)
      .filter((series) => series.startsWith('callvault '))
      .map((series) => resolvedIn(template, series).replace(/ \S+ /, ' '))
    expect([...new Set(asked)].sort()).toEqual(told.sort())
  })

  it('are not one dashboard for two regions: dashboards are global', () => {
    const name = template.Resources.Dashboard!.Properties.DashboardName

    expect(JSON.stringify(name)).toMatch(/AWS::StackName.*AWS::Region/)
  })
})

interface Emf {
  readonly _aws: { readonly CloudWatchMetrics: readonly [{ readonly Namespace: string; readonly Dimensions: readonly string[][] }] }
}

const DOORS: Readonly<Record<string, (variables: Record<string, string>) => Pick<ReturnType<typeof composeArchiveCall>, 'metrics'>>> = {
  ReceiveEvent: (variables) => composeReceiveEvent(loadReceiveEventEnvironment(variables)),
  ArchiveCall: (variables) => composeArchiveCall(loadArchiveCallEnvironment({ ...variables, RETENTION_MODE: 'GOVERNANCE' })),
  ReconcileCalls: (variables) => composeReconcileCalls(loadReconcileCallsEnvironment(variables)),
}

/** What only an account gives: any text will do, and `false` for a flag. */
const textOf = (value: unknown) => (typeof value === 'string' ? value : 'false')

const byName = (one: AlarmLine, other: AlarmLine) => one.name.localeCompare(other.name)
