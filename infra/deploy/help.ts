import type { DeclaredParameter } from './declared-parameters.ts'

const OPTIONS = `  -s, --stage NAME         which stack: callvault-NAME (dev)
  -r, --region NAME        where (AWS_REGION, else ca-central-1)
      --aws-profile NAME   whose credentials (AWS_PROFILE, else those of the environment)
      --verbose            every step of CloudFormation`

/** How a deployment is used. The parameters come from the stack itself. */
export const deployHelp = (declared: readonly DeclaredParameter[]): string => `npm run deploy -- --stage NAME --param="name=value" ...

Checks parameters, the two documents and the template, and deploys the stack; creates nothing where something is wrong.

${OPTIONS}
      --force              deploys although nothing has changed
  -h, --help               this

Parameters, each as --param="name=value":
${declared.map(lineOf).join('\n')}

Examples:
  npm run deploy -- --stage production --region ca-central-1 \\
    --param="settingsSecretArn=arn:aws:secretsmanager:ca-central-1:123456789012:secret:callvault/production/settings-AbCdEf" \\
    --param="eventSourcesSecretArn=arn:aws:secretsmanager:ca-central-1:123456789012:secret:callvault/production/event-sources-AbCdEf" \\
    --param="alarmEmail=archive-team@example.org"

What to prepare: docs/operations.md.`

const lineOf = ({ name, description, standard }: DeclaredParameter) =>
  `  ${name.padEnd(24)} ${standard === undefined ? 'required' : standard === '' ? 'none' : standard}${description === '' ? '' : `\n      ${description}`}`

export const REMOVE_HELP = `npm run remove -- --stage NAME

Says what of a stack would go and what stays, by name, and why. Removes it only where --yes says that it is meant.

${OPTIONS}
      --yes                removes it
  -h, --help               this

Examples:
  npm run remove -- --stage production --region ca-central-1
  npm run remove -- --stage production --region ca-central-1 --yes`
