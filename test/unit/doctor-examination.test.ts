import { describe, expect, it } from 'vitest'
import { newRow } from '#core/call-row'
import { createDescribeCall } from '#core/describe-call'
import { createExamineStack, type ExamineStackPorts } from '#core/doctor/examine-stack'
import { type Finding, SUBJECTS } from '#core/doctor/finding'
import { ConfigurationError } from '#core/errors'
import { addSeconds } from '#core/instants'
import type { Manifest } from '#core/manifest-schema'
import { AwsAccessDeniedError, AwsUnavailableError } from '#core/operator-errors'
import type { DeployedStack } from '#core/ports/stack-directory'
import type { StackInspection } from '#core/ports/stack-inspection'
import { CatalogUnavailableError } from '#core/queue-errors'
import type { Settings } from '#core/settings'
import { createVerifyCalls } from '#core/verify-calls'
import { type ApiKeys, settingsDocument, tenantKey } from '#test/support/allomia-settings'
import { createFilledArchive, PARTITION } from '#test/support/filled-archive'
import { ARCHIVED_AT, NOW, PARTS, READING, SOUND, STACK } from '#test/support/sound-stack'

const { signal } = new AbortController()

interface World {
  readonly inspection?: Partial<StackInspection>
  readonly stack?: Partial<DeployedStack>
  readonly keys?: ApiKeys
  readonly refuses?: (settings: Settings) => string | undefined
  readonly problems?: readonly string[]
  readonly isEmpty?: boolean
  readonly claims?: Partial<Manifest>
  readonly canary?: () => Promise<readonly Finding[]>
}

async function examined(world: World = {}): Promise<Finding[]> {
  const archive = createFilledArchive()
  const record = await archive.store('call', 'record')
  await archive.commit('call', [record], world.claims)
  const settings = await settingsDocument({ organizationIds: ['clinic'], apiKeys: world.keys ?? tenantKey('tenant') }).current()
  const ports: ExamineStackPorts = {
    inspection: { ...SOUND, ...world.inspection },
    consumer: { state: async () => 'running' },
    eventSourcesText: () => (world.inspection?.secret ?? SOUND.secret)('sources'),
    settingsText: () => (world.inspection?.secret ?? SOUND.secret)('settings'),
    parseEventSources: () => ({}),
    parseSettings: () => {
      if (world.problems !== undefined) throw new ConfigurationError('settings', world.problems)
      return settings
    },
    checkProvider: (given) => async (organizationIds) => {
      const code = world.refuses?.(given)
      return organizationIds.map((organizationId) => ({
        organizationId,
        problem: code === undefined ? undefined : { code, message: 'refused' },
      }))
    },
    providerClock: () => READING,
    newestCalls: { ofOrganization: async () => (world.isEmpty ? undefined : { callId: 'call', startedAt: NOW.toISOString() }) },
    describeCall: createDescribeCall({
      catalog: { read: async () => ({ ...newRow('call', NOW), state: 'archived', partition: PARTITION }) },
      reader: archive.reader,
    }),
    verifyCalls: createVerifyCalls({ reader: archive.reader }),
  }
  const examination = { stack: { ...STACK, ...world.stack }, parts: PARTS, allowedRegions: [], canary: world.canary }
  const findings: Finding[] = []
  for await (const finding of createExamineStack(ports)(examination, signal)) findings.push(finding)
  return findings
}

const of = (findings: readonly Finding[], subject: string) => findings.filter((finding) => finding.subject === subject)
const wrongIn = (findings: readonly Finding[]) => findings.filter(({ verdict }) => verdict !== 'ok')

describe('the examination of a stack', () => {
  it('finds nothing wrong with a sound one, and tells all in the documented order', async () => {
    const findings = await examined()

    expect(wrongIn(findings)).toEqual([])
    expect(findings.map(({ subject }) => subject)).toEqual(SUBJECTS.filter((subject) => subject !== 'canary'))
  })

  it('says what it may not look at, with the permission, and looks at everything else', async () => {
    const bucketPolicy = async () => {
      throw new AwsAccessDeniedError("look at the bucket's policy, which takes s3:GetBucketPolicy")
    }

    expect(wrongIn(await examined({ inspection: { bucketPolicy } }))).toEqual([
      {
        subject: 'bucket-policy',
        verdict: 'unknown',
        sentence: "AWS refused to look at the bucket's policy, which takes s3:GetBucketPolicy",
        next: expect.stringMatching(/^have that permission given to you/),
        code: 'AWS_ACCESS_DENIED',
      },
    ])
  })

  it('says what AWS does not answer, each time that it is asked for it', async () => {
    const queue = async () => {
      throw new AwsUnavailableError('look at the queue')
    }

    const wrong = wrongIn(await examined({ inspection: { queue } }))

    expect(wrong.map(({ subject, verdict, next }) => [subject, verdict, next])).toEqual([
      ['call-queue', 'unknown', 'try again'],
      ['dead-letter-queue', 'unknown', 'try again'],
    ])
  })

  it('sends a canary before it looks at the newest call, and survives where that cannot be watched', async () => {
    const canary = async () => {
      throw new CatalogUnavailableError()
    }

    const findings = await examined({ canary })

    expect(findings.slice(-2)).toMatchObject([
      { subject: 'canary', verdict: 'unknown', code: 'CATALOG_UNAVAILABLE' },
      { subject: 'newest-call', verdict: 'ok' },
    ])
  })

  it('judges alarms that it may look at by their names alone where it may not read the template', async () => {
    const template = async () => {
      throw new AwsAccessDeniedError('read the template, which takes cloudformation:GetTemplate')
    }

    expect(wrongIn(await examined({ inspection: { template } }))).toMatchObject([
      { subject: 'alarm-terms', verdict: 'unknown', sentence: expect.stringMatching(/cloudformation:GetTemplate/) },
    ])
  })

  it('does not hide a mistake of its own', async () => {
    const table = async () => {
      throw new TypeError('a mistake')
    }

    await expect(examined({ inspection: { table } })).rejects.toThrow('a mistake')
  })

  it('tells every problem of the settings, and that what hangs on them is unknown', async () => {
    const wrong = wrongIn(await examined({ problems: ['retention is missing', 'allomia is missing'] }))

    expect(wrong.map(({ subject, verdict }) => [subject, verdict])).toEqual([
      ['settings', 'problem'],
      ['settings', 'problem'],
      ['api-key', 'unknown'],
      ['newest-call', 'unknown'],
    ])
  })

  it('misses a secret that is gone', async () => {
    const wrong = wrongIn(await examined({ inspection: { secret: async () => undefined } }))

    expect(of(wrong, 'event-sources')).toMatchObject([{ verdict: 'problem', sentence: 'the secret is not there, or holds no text' }])
  })

  it("tries an organization's own key without the tenant's, which would stand in for it", async () => {
    const keys = { default: 'tenant', organizations: new Map([['clinic', 'own']]) }
    const refuses = ({ allomia }: Settings) => (allomia.apiKeys.default === undefined ? 'PROVIDER_UNAUTHORIZED' : undefined)

    expect(of(await examined({ keys, refuses }), 'api-key')).toMatchObject([
      {
        verdict: 'problem',
        code: 'PROVIDER_UNAUTHORIZED',
        sentence: "the organization's own key does not read the list of clinic: refused",
      },
    ])
    expect(of(await examined({ refuses }), 'api-key')).toMatchObject([{ verdict: 'ok' }])
  })

  it('says nothing against a key where the provider does not answer', async () => {
    expect(of(await examined({ refuses: () => 'PROVIDER_UNAVAILABLE' }), 'api-key')).toMatchObject([{ verdict: 'unknown' }])
  })

  it('says that there is nothing to look at before the first call', async () => {
    expect(wrongIn(await examined({ isEmpty: true }))).toMatchObject([
      { subject: 'newest-call', verdict: 'unknown', next: expect.stringMatching(/--canary/) },
    ])
  })

  it('finds a newest call that is locked shorter than its manifest says', async () => {
    const retention = { mode: 'GOVERNANCE', retainUntil: '2199-01-01T00:00:00.000Z', policy: 'p' } as const

    expect(of(await examined({ claims: { retention } }), 'newest-call')).toMatchObject([
      { verdict: 'problem', sentence: expect.stringMatching(/^manifests.* is locked until 2099/) },
      { verdict: 'problem', sentence: expect.stringMatching(/^records.* is locked until 2099/) },
    ])
  })

  it('finds a newest call that is locked otherwise than the stack says, unless it is older than the deployment', async () => {
    const since = await examined({ stack: { retentionMode: 'NONE' } })
    const before = await examined({ stack: { retentionMode: 'NONE', changedAt: addSeconds(ARCHIVED_AT, 60) } })

    expect(of(since, 'newest-call')).toMatchObject([
      { verdict: 'problem', sentence: expect.stringMatching(/GOVERNANCE.*and the stack says NONE$/) },
    ])
    expect(of(before, 'newest-call')).toMatchObject([{ verdict: 'ok' }])
  })
})
