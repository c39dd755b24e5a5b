import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { parse } from 'yaml'

const AWS = join(import.meta.dirname, '../../../infra/aws')

/** What `!Ref`, `!GetAtt` and `${...}` of `!Sub` stand for; any other stands for itself. */
export type Values = Readonly<Record<string, string>>

/** The properties of a file's resources, by logical id, with its references filled in. A choice (`!If`) is a list of three. */
// biome-ignore lint/suspicious/noExplicitAny: a template is read by path, not by type
export function templateResources(file: string, values: Values = {}): Record<string, any> {
  const named = (name: string) => values[name] ?? name
  const tags = [
    ...['!Ref', '!GetAtt'].map((tag) => ({ tag, resolve: named })),
    { tag: '!Sub', resolve: (text: string) => text.replaceAll(/\$\{([\w.:]+)\}/g, (_, name) => named(name)) },
  ]
  const { Resources } = parse(readFileSync(join(AWS, file), 'utf8'), { customTags: tags, logLevel: 'silent' })
  return Object.fromEntries(Object.entries<{ Properties: unknown }>(Resources).map(([id, { Properties }]) => [id, Properties]))
}
