import type { CheckProvider } from '#core/check-provider'
import { type Finding, handbook, ok, problem, unknown } from '#core/doctor/finding'
import { ConfigurationError } from '#core/errors'
import type { Settings } from '#core/settings'

export interface DocumentPorts {
  /** Their texts; undefined: the secret is not there. */
  readonly eventSourcesText: () => Promise<string | undefined>
  readonly settingsText: () => Promise<string | undefined>
  /** @throws {ConfigurationError} */
  readonly parseEventSources: (text: string) => unknown
  /** @throws {ConfigurationError} */
  readonly parseSettings: (text: string) => Settings
  readonly checkProvider: (settings: Settings) => CheckProvider
}

const DOCUMENTS = handbook('The two documents')
/** Of these nothing is known about the key: the provider did not say. */
const NO_ANSWER: readonly string[] = ['PROVIDER_UNAVAILABLE', 'PROVIDER_THROTTLED', 'PROVIDER_RATE_REACHED']

export interface ReadDocument<T> {
  readonly findings: readonly Finding[]
  /** Missing where it cannot be used. */
  readonly document?: T
}

/** Every problem of a document is told at once, by its place and never by its value. */
export async function examineDocument<T>(
  subject: 'event-sources' | 'settings',
  read: () => Promise<string | undefined>,
  parse: (text: string) => T,
): Promise<ReadDocument<T>> {
  const text = await read()
  if (text === undefined) return { findings: [problem(subject, 'the secret is not there, or holds no text', DOCUMENTS)] }
  try {
    return { findings: [ok(subject, 'can be read, and is as its schema says')], document: parse(text) }
  } catch (error) {
    if (!(error instanceof ConfigurationError)) throw error
    return { findings: error.problems.map((sentence) => problem(subject, sentence, `mend the secret; ${DOCUMENTS}`)) }
  }
}

/** Whether the provider takes each organization's own key, and for the others the tenant's: each is tried alone, since the work takes the other where one is refused. */
export async function examineKeys({ checkProvider }: DocumentPorts, settings: Settings, signal: AbortSignal): Promise<readonly Finding[]> {
  const { apiKeys, organizationIds } = settings.allomia
  const findings: Finding[] = []
  for (const organizationId of organizationIds) {
    const own = apiKeys.organizations.get(organizationId)
    const keys =
      own === undefined ? { default: apiKeys.default, organizations: new Map() } : { organizations: new Map([[organizationId, own]]) }
    const alone = { ...settings, allomia: { ...settings.allomia, apiKeys: keys } }
    for (const checked of await checkProvider(alone)([organizationId], signal)) {
      findings.push(keyFinding(checked, own === undefined ? "the tenant's key" : "the organization's own key"))
    }
  }
  return findings.length === 0 ? [problem('api-key', 'the settings name no organization: no list is read', DOCUMENTS)] : findings
}

type Checked = Awaited<ReturnType<CheckProvider>>[number]

function keyFinding({ organizationId, problem: refusal }: Checked, key: string): Finding {
  if (refusal === undefined) return ok('api-key', `${key} reads the list of ${organizationId}`)
  const judge = NO_ANSWER.includes(refusal.code) ? unknown : problem
  return judge('api-key', `${key} does not read the list of ${organizationId}: ${refusal.message}`, undefined, refusal.code)
}
