import type { LiveDocument } from '#core/ports/live-document'
import type { Settings } from '#core/settings'

export type AllomiaRules = Partial<Settings['allomia']>

export type ApiKeys = Settings['allomia']['apiKeys']

export const tenantKey = (key: string): ApiKeys => ({ default: key, organizations: new Map() })

/** A settings document, and what each reading again finds; the last one stays. Each says only what matters to its test. */
export function settingsDocument(first: AllomiaRules, ...later: readonly AllomiaRules[]): LiveDocument<Settings> & { rereads(): number } {
  let rereads = 0
  return {
    rereads: () => rereads,
    current: async () => settingsWith(first),
    async reread() {
      rereads += 1
      return settingsWith(later[Math.min(rereads, later.length) - 1] ?? first)
    },
  }
}

function settingsWith(rules: AllomiaRules): Settings {
  return {
    allomia: {
      baseUrl: 'http://127.0.0.1:1',
      apiKeys: tenantKey('tenant-key'),
      organizationIds: [],
      fieldMap: {},
      lookBackDays: 7,
      maxRequestsPerSecond: 1_000,
      sendOrganizationId: false,
      ...rules,
    },
    retention: { default: { days: 365, policy: 'default' }, organizations: new Map() },
    waits: { artifactGraceHours: 2, artifactWaitHours: 72, recheckAfterHours: 24, reasonsWithoutRecording: [] },
    sources: { hostAllowlist: [] },
  }
}
