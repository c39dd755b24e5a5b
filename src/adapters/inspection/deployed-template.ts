import { type CloudFormationClient, GetTemplateCommand } from '@aws-sdk/client-cloudformation'
import { asked } from '#adapters/inspection/asked'
import type { StackInspection, TemplateResource } from '#core/ports/stack-inspection'

export interface DeployedTemplateOptions {
  readonly cloudFormation: CloudFormationClient
  readonly stackName: string
}

interface Template {
  readonly Resources?: Readonly<Record<string, { readonly Type: string; readonly Properties?: TemplateResource['properties'] }>>
}

/** What the stack was made by. It was put as JSON: what osls writes is. */
export function createDeployedTemplate({ cloudFormation, stackName }: DeployedTemplateOptions): Pick<StackInspection, 'template'> {
  return {
    template: async () => {
      const template = await asked(
        `read the template of ${stackName}`,
        'cloudformation:GetTemplate',
        async () =>
          JSON.parse((await cloudFormation.send(new GetTemplateCommand({ StackName: stackName }))).TemplateBody ?? '{}') as Template,
      )
      const { Resources = {} } = template ?? {}
      return new Map<string, TemplateResource>(
        Object.entries(Resources).map(([id, { Type, Properties = {} }]) => [id, { type: Type, properties: Properties }]),
      )
    },
  }
}
