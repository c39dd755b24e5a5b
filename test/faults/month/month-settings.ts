import type { Settings } from '#core/settings'

/** The settings document of the month: everything as it is by default. */
export const monthSettings = (organizationIds: readonly string[]): Settings => ({
  allomia: {
    baseUrl: 'https://provider.example',
    apiKeys: { default: 'key', organizations: new Map() },
    organizationIds,
    fieldMap: {},
    lookBackDays: 7,
    maxRequestsPerSecond: 5,
    sendOrganizationId: false,
  },
  retention: { default: { days: 3_653, policy: 'ten-years' }, organizations: new Map() },
  waits: { artifactGraceHours: 2, artifactWaitHours: 72, recheckAfterHours: 24, reasonsWithoutRecording: ['customer-busy'] },
  sources: { hostAllowlist: [] },
})
