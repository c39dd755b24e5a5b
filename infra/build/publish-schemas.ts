import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { toJsonSchema } from '@valibot/to-json-schema'
import type { GenericSchema } from 'valibot'
import { EventSourcesSchema } from '#config/event-sources-schema'
import { SettingsSchema } from '#config/settings-schema'
import { ManifestSchema } from '#core/manifest-schema'

interface PublishedSchema {
  readonly schema: GenericSchema
  readonly title: string
  readonly description: string
}

const PUBLISHED: Readonly<Record<string, PublishedSchema>> = {
  'manifest.schema.json': {
    schema: ManifestSchema,
    title: 'callvault manifest v1',
    description: 'The commit record of one revision of one archived call: canonical JSON (RFC 8785), without personal data.',
  },
  'settings.schema.json': {
    schema: SettingsSchema,
    title: 'callvault settings',
    description: 'The document in the settings secret.',
  },
  'event-sources.schema.json': {
    schema: EventSourcesSchema,
    title: 'callvault event sources',
    description: 'The document in the event sources secret: who may announce the end of a call, by the name in the path.',
  },
}

/** The JSON Schemas of docs/, by file name, as text. The code that reads the documents is the only place that describes them. */
export function publishedSchemas(): ReadonlyMap<string, string> {
  return new Map(Object.entries(PUBLISHED).map(([file, published]) => [file, textOf(published)]))
}

function textOf({ schema, title, description }: PublishedSchema): string {
  const { $schema, ...body } = toJsonSchema(schema, { typeMode: 'input' })
  return `${JSON.stringify({ $schema, title, description, ...body }, null, 2)}\n`
}

if (import.meta.main) {
  const docs = join(import.meta.dirname, '../../docs')
  for (const [file, text] of publishedSchemas()) await writeFile(join(docs, file), text)
}
