import { loadAwsServiceSpec } from '@aws-cdk/aws-service-spec'
import type { Template } from '#test/support/stack/packaged-stack'

type Specification = Awaited<ReturnType<typeof loadAwsServiceSpec>>

/** Of a property's type as much as is needed to walk through a value. */
interface PropertyType {
  readonly type: string
  readonly reference?: { readonly $ref: string }
  readonly element?: PropertyType
  readonly types?: readonly PropertyType[]
}

type Properties = Readonly<Record<string, { readonly type: PropertyType }>>

/**
 * The resource types and properties of a template that AWS does not have, by the specification that AWS publishes.
 *
 * @returns the path of each
 */
export async function unknownIn({ Resources }: Template): Promise<readonly string[]> {
  const specification = await loadAwsServiceSpec()
  return Object.entries(Resources).flatMap(([name, { Type, Properties: value }]) => {
    const [resource] = specification.lookup('resource', 'cloudFormationType', 'equals', Type)
    if (resource === undefined) return [`${name}: ${Type}`]
    return unknownAmong(specification, resource.properties as unknown as Properties, value ?? {}, name)
  })
}

function unknownAmong(specification: Specification, known: Properties, value: object, path: string): string[] {
  return Object.entries(value).flatMap(([key, child]) => {
    const property = known[key]
    return property === undefined ? [`${path}.${key}`] : unknownWithin(specification, property.type, child, `${path}.${key}`)
  })
}

function unknownWithin(specification: Specification, type: PropertyType, value: unknown, path: string): string[] {
  if (typeof value !== 'object' || value === null || isIntrinsic(value)) return []
  if (type.type === 'array' && type.element !== undefined && Array.isArray(value)) {
    const { element } = type
    return value.flatMap((child, index) => unknownWithin(specification, element, child, `${path}[${index}]`))
  }
  if (type.type === 'ref' && type.reference !== undefined) {
    const definition = specification.get('typeDefinition', type.reference.$ref)
    return unknownAmong(specification, definition.properties as unknown as Properties, value, path)
  }
  if (type.type === 'union' && type.types !== undefined) {
    const answers = type.types.map((one) => unknownWithin(specification, one, value, path))
    return answers.find((answer) => answer.length === 0) ?? answers[0] ?? []
  }
  return []
}

const isIntrinsic = (value: object) => Object.keys(value).length === 1 && /^(Ref|Fn::)/.test(Object.keys(value)[0] ?? '')
