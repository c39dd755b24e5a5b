import type { Settings } from '#core/settings'
import type { Plan } from './plan.ts'

/** The settings document of a run. One organization keeps its calls for a day only, so that later revisions have locks to extend. */
export function settingsFor({ waits }: Plan): Settings {
  return {
    allomia: {
      baseUrl: 'https://provider.example',
      apiKeys: { default: 'key', organizations: new Map() },
      organizationIds: ['org_1', 'org_short'],
      fieldMap: {},
      lookBackDays: 7,
      maxRequestsPerSecond: 5,
      sendOrganizationId: false,
    },
    retention: { default: { days: 3_650, policy: 'ten-years' }, organizations: new Map([['org_short', { days: 1, policy: 'a-day' }]]) },
    waits,
    sources: { hostAllowlist: [] },
  }
}
