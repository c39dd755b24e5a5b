import type * as v from 'valibot'
import { parseDocument } from '#config/document'
import { SettingsSchema } from '#config/settings-schema'

type Document = v.InferOutput<typeof SettingsSchema>

/**
 * Reads the `settings` document.
 * @throws {ConfigurationError} lists every problem at once, and no value
 */
export function parseSettings(text: string, { allowInsecure }: { allowInsecure: boolean }) {
  const document = parseDocument('settings', SettingsSchema, text, (read) => (read.typed ? problemsOf(read.output, allowInsecure) : []))

  const { apiKey, apiKeys, ...allomia } = document.allomia
  return Object.freeze({
    ...document,
    allomia: {
      ...allomia,
      baseUrl: allomia.baseUrl.replace(/\/+$/, ''),
      apiKeys: { default: apiKey ?? apiKeys?.default, organizations: new Map(Object.entries(apiKeys?.organizations ?? {})) },
    },
    retention: { default: document.retention.default, organizations: new Map(Object.entries(document.retention.organizations)) },
  })
}

function problemsOf({ allomia, waits }: Document, allowInsecure: boolean): string[] {
  const { apiKey, apiKeys, baseUrl } = allomia
  const hasKey = apiKey !== undefined || apiKeys?.default !== undefined || Object.keys(apiKeys?.organizations ?? {}).length > 0
  const url = URL.parse(baseUrl)
  return [
    ...(apiKey !== undefined && apiKeys !== undefined ? ['allomia.apiKey and allomia.apiKeys are both set: keep one'] : []),
    ...(hasKey ? [] : ['allomia.apiKey or allomia.apiKeys has to name a key']),
    ...(url === null || url.protocol === 'https:' || (allowInsecure && url.protocol === 'http:')
      ? []
      : ['allomia.baseUrl has to begin with https://']),
    ...(url?.username || url?.password || url?.search || url?.hash ? ['allomia.baseUrl may have no credentials, query or fragment'] : []),
    ...(waits.artifactWaitHours < waits.artifactGraceHours ? ['waits.artifactWaitHours is shorter than waits.artifactGraceHours'] : []),
  ]
}
