import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { parse } from 'yaml'

/** A parameter of the stack, as infra/aws/parameters.yml declares it to CloudFormation. */
export interface DeclaredParameter {
  readonly name: string
  readonly description: string
  /** Undefined where an operator has to say it. */
  readonly standard: string | undefined
  readonly allowedValues?: readonly string[]
  readonly allowedPattern?: string
  readonly minValue?: number
  readonly maxValue?: number
}

interface Declaration {
  readonly Description?: string
  readonly AllowedValues?: readonly unknown[] | string
  readonly AllowedPattern?: string
  readonly MinValue?: number
  readonly MaxValue?: number
}

/** Every `--param` that serverless.yml knows, with its rules. Read from the stack itself, so that there is no second list. */
export async function declaredParameters(repository: string): Promise<readonly DeclaredParameter[]> {
  const stack = await readFile(join(repository, 'serverless.yml'), 'utf8')
  const declarations = await readFile(join(repository, 'infra/aws/parameters.yml'), 'utf8')
  const standards: Record<string, unknown> = parse(stack, { logLevel: 'silent' }).params.default
  const rules: Record<string, Declaration> = parse(declarations, { logLevel: 'silent' }).Parameters
  const filled = [...stack.matchAll(/\$\{param:(\w+)/g)].map(([, name]) => name as string)

  return [...new Set([...filled, ...Object.keys(standards)])].map((name) => {
    const rule = rules[name.replace(/^./, (letter) => letter.toUpperCase())] ?? {}
    return {
      name,
      description: rule.Description ?? '',
      standard: standards[name] === undefined ? undefined : String(standards[name]),
      ...(Array.isArray(rule.AllowedValues) && { allowedValues: rule.AllowedValues.map(String) }),
      ...(rule.AllowedPattern !== undefined && { allowedPattern: rule.AllowedPattern }),
      ...(rule.MinValue !== undefined && { minValue: rule.MinValue }),
      ...(rule.MaxValue !== undefined && { maxValue: rule.MaxValue }),
    }
  })
}
