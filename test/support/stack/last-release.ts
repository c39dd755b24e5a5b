import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { type CloudFormationClient, CreateStackCommand, DescribeStacksCommand, UpdateStackCommand } from '@aws-sdk/client-cloudformation'
import { PutObjectCommand, type S3Client } from '@aws-sdk/client-s3'
import { eventually } from '../poll.ts'
import { packageStack, type Template } from './packaged-stack.ts'

const FILE = join(import.meta.dirname, '../../fixtures/last-release/template.json')

/** The template of the last version, as osls sent it to CloudFormation for the stage `prod`. */
export const lastRelease = async (): Promise<Template> => JSON.parse(await readFile(FILE, 'utf8'))

export interface ReleaseRequest {
  readonly cloudFormation: CloudFormationClient
  readonly s3: S3Client
  readonly stackName: string
  /** Where to package; it is left to whoever gave it. */
  readonly directory: string
  /** Of the template. */
  readonly parameters: Readonly<Record<string, string>>
}

/**
 * Deploys the last version's template, as osls does it: a stack with a bucket for packages, the packages, then all the rest. The
 * packages hold functions in name only, since nothing is asked of them.
 */
export async function deployLastRelease({ cloudFormation, s3, stackName, directory, parameters }: ReleaseRequest): Promise<void> {
  const template = await lastRelease()
  const bucketOnly = {
    Resources: { ServerlessDeploymentBucket: template.Resources.ServerlessDeploymentBucket },
    Outputs: { ServerlessDeploymentBucketName: { Value: { Ref: 'ServerlessDeploymentBucket' } } },
  }
  await cloudFormation.send(new CreateStackCommand({ StackName: stackName, TemplateBody: JSON.stringify(bucketOnly) }))
  const Bucket = await settled('CREATE_COMPLETE')

  await packageStack(directory, 'prod')
  for (const { Properties } of Object.values(template.Resources).filter(({ Type }) => Type === 'AWS::Lambda::Function')) {
    const key: string = Properties.Code.S3Key
    const Body = await readFile(join(directory, '.serverless', key.split('/').at(-1) ?? ''))
    await s3.send(new PutObjectCommand({ Bucket, Key: key, Body }))
  }

  const update = {
    StackName: stackName,
    TemplateBody: JSON.stringify(template),
    Parameters: Object.entries(parameters).map(([ParameterKey, ParameterValue]) => ({ ParameterKey, ParameterValue })),
    Capabilities: ['CAPABILITY_IAM' as const, 'CAPABILITY_NAMED_IAM' as const],
  }
  await cloudFormation.send(new UpdateStackCommand(update))
  await settled('UPDATE_COMPLETE')

  async function settled(status: string): Promise<string | undefined> {
    return await eventually(`the stack to be ${status}`, async () => {
      const { Stacks: [stack] = [] } = await cloudFormation.send(new DescribeStacksCommand({ StackName: stackName }))
      if (/FAILED|ROLLBACK/.test(String(stack?.StackStatus)))
        throw new Error(`the stack is ${stack?.StackStatus}: ${stack?.StackStatusReason}`)
      if (stack?.StackStatus !== status) return undefined
      return stack.Outputs?.find(({ OutputKey }) => OutputKey === 'ServerlessDeploymentBucketName')?.OutputValue ?? ''
    })
  }
}
