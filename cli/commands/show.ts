import { Command } from 'commander'
import { EXIT, type ExitCode } from '#cli/exit-codes'
import { errorDocumentation } from '#cli/next-steps'
import type { CommandDefinition } from '#cli/program'
import type { Session } from '#cli/session'
import { describedCall } from '#cli/stored-call'
import { bytesText, tableText } from '#cli/wording'
import type { CallRow } from '#core/call-row'
import type { CallDescription } from '#core/describe-call'
import type { StoredManifest } from '#core/manifest'

const EXAMPLES = `Examples:
  $ callvault show call_0193
  $ callvault show call_0193 --json | jq .revisions[].manifest
`

/** Everything about one call. */
export function showCommand(): CommandDefinition {
  const command = new Command('show')
    .description(
      'Shows everything about a call: its row, revisions, artifacts, retention, what is still to be done, its last error and what that means.',
    )
    .argument('<id>', 'the call')
    .addHelpText('before', EXAMPLES)
    .addHelpText(
      'after',
      '\n--json: {type: call, callId, subject?, state, firstSeenAt, partition?, committed?, artifacts, fields,\n  failures, failingSince?, lastErrorCode?, next?, callIds?, lastError?: {code, means, next}, revisions: [{key, sha256, manifest}]}',
    )
  return { command, run: (session, [id = '']) => show(session, id) }
}

async function show(session: Session, callId: string): Promise<ExitCode> {
  const description = await describedCall(session, callId)
  session.output.result(recordOf(description), textOf(description))
  return EXIT.ok
}

function recordOf({ row, revisions }: CallDescription): object {
  const { lastErrorCode: code } = row
  return {
    type: 'call',
    ...row,
    ...(code !== undefined && { lastError: { code, ...errorDocumentation(code) } }),
    revisions: revisions.map(({ key, sha256, manifest }) => ({ key, sha256, manifest })),
  }
}

function textOf({ row, revisions }: CallDescription): string {
  const lines = [
    ['call', row.callId],
    ['state', row.state],
    ...Object.entries(row.fields).flatMap(([name, value]) => (name === 'id' ? [] : [[name, String(value)]])),
    ['firstSeenAt', row.firstSeenAt.toISOString()],
    ...pending(row),
    ...failing(row),
  ]
  return [tableText(lines), ...revisions.map(revisionText)].join('\n\n')
}

function pending({ next, artifacts }: CallRow): string[][] {
  const awaited = Object.values(artifacts).flatMap(({ name, state }) => (state === 'awaited' ? name : []))
  return [
    ...(awaited.length === 0 ? [] : [['awaited', awaited.join(', ')]]),
    ...(next === undefined ? [] : [['due', `${next.dueAt.toISOString()} (${next.reason})`]]),
  ]
}

function failing({ failures, failingSince, lastErrorCode: code }: CallRow): string[][] {
  if (code === undefined) return []
  const { means, next } = errorDocumentation(code) ?? {}
  return [
    ['lastErrorCode', code],
    ...(means === undefined ? [] : [['means', means]]),
    ...(next === undefined ? [] : [['what you do', next]]),
    ['failures', `${failures}${failingSince === undefined ? '' : `, since ${failingSince.toISOString()}`}`],
  ]
}

function revisionText({ key, sha256, manifest }: StoredManifest): string {
  const { revision, archivedAt, retention, trigger, archiver } = manifest
  const head = [
    ['revision', `${revision}, archived at ${archivedAt} by ${archiver.version}, on a message of ${trigger}`],
    ['manifest', key],
    ['sha256', sha256],
    ['retention', `${retention.mode} until ${retention.retainUntil} (${retention.policy})`],
  ]
  const artifacts = manifest.artifacts.map((artifact) =>
    artifact.state === 'stored'
      ? [
          artifact.name,
          `${bytesText(artifact.bytes)}, ${artifact.mediaType}${artifact.suspect ? `, suspect: ${artifact.suspect}` : ''}, ${artifact.key}`,
        ]
      : [artifact.name, `${artifact.state}${artifact.reason === undefined ? '' : `: ${artifact.reason}`}`],
  )
  return tableText([...head, ...artifacts])
}
