import { loadAwsServiceSpec } from '@aws-cdk/aws-service-spec'
import type { Template } from '#test/support/stack/packaged-stack'
import { is } from './security-rule.ts'

/**
 * What an update from one template to another would replace, or take out of the stack, of what the first one retains: it would stay
 * behind, and the stack go on with an empty one.
 *
 * @returns a sentence for each
 */
export async function replacedBetween(before: Template, after: Template): Promise<readonly string[]> {
  const specification = await loadAwsServiceSpec()
  return Object.entries(before.Resources)
    .filter(([, { DeletionPolicy }]) => DeletionPolicy === 'Retain')
    .flatMap(([name, { Type, Properties: was }]) => {
      const next = after.Resources[name]
      if (next?.Type !== Type) return [`${name} is no ${Type} any more`]
      const [resource] = specification.lookup('resource', 'cloudFormationType', 'equals', Type)
      return Object.entries(resource?.properties ?? {})
        .filter(([key, { causesReplacement = 'no' }]) => causesReplacement !== 'no' && !is(was[key], next.Properties[key]))
        .map(([key]) => `${name} would be replaced: ${key}`)
    })
}
