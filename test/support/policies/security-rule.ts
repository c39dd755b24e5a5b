import type { Resource, Template } from '#test/support/stack/packaged-stack'

/** A security rule of the design, as something that a template either keeps or breaks. */
export interface SecurityRule {
  /** What holds, as a sentence. */
  readonly promise: string
  /** Where it does not; empty where it holds. */
  readonly problemsIn: (template: Template) => readonly string[]
  /** Each makes one thing wrong, so that the rule is seen to notice. */
  readonly breaks: Readonly<Record<string, (template: Template) => void>>
}

// biome-ignore lint/suspicious/noExplicitAny: a policy is read by path, not by type
export type Statement = any

export interface Named extends Resource {
  readonly name: string
}

export const resourcesOf = ({ Resources }: Template, type: string): Named[] =>
  Object.entries(Resources)
    .filter(([, { Type }]) => Type === type)
    .map(([name, resource]) => ({ name, ...resource }))

export const propertiesOf = ({ Resources }: Template, name: string): Statement => Resources[name]!.Properties

/** Those under a condition too. */
export const statementsOf = (document: Statement): Statement[] =>
  document.Statement.map((statement: Statement) => statement['Fn::If']?.[1] ?? statement)

export const bySid = (document: Statement, sid: string): Statement => statementsOf(document).find(({ Sid }) => Sid === sid)

export const listOf = (value: unknown): unknown[] => (Array.isArray(value) ? value : [value])

/** The one sentence where something does not hold. */
export const unless = (holds: boolean, problem: string): string[] => (holds ? [] : [problem])

/** Whether a template's value is exactly that. */
export const is = (value: unknown, expected: unknown) => JSON.stringify(value) === JSON.stringify(expected)
