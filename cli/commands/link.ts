import { Argument, Command } from 'commander'
import { parseMinutes } from '#cli/arguments'
import { EXIT, type ExitCode } from '#cli/exit-codes'
import type { CommandDefinition } from '#cli/program'
import type { Session } from '#cli/session'
import { ARTIFACT_NAMES, type ArtifactName, storedArtifact } from '#cli/stored-call'
import { composeArtifactLinks } from '#compose-operator'

const EXAMPLES = `Examples:
  $ callvault link call_0193 recording
  $ callvault link call_0193 transcript --minutes 60
`

/** A link for somebody who has no access of their own. */
export function linkCommand(): CommandDefinition {
  const command = new Command('link')
    .description('Gives a link that lets whoever has it hear or read one artifact, for a while. It is signed with your own access.')
    .argument('<id>', 'the call')
    .addArgument(new Argument('<artifact>', 'what of it').choices(ARTIFACT_NAMES))
    .option('--minutes <n>', 'how long it is valid, at most 720', parseMinutes, 15)
    .addHelpText('before', EXAMPLES)
    .addHelpText('after', '\n--json: {type: link, callId, name, url, sha256, validMinutes}')
  return { command, run: (session, [id = '', name], { minutes }) => link(session, id, name as ArtifactName, Number(minutes)) }
}

async function link(session: Session, callId: string, name: ArtifactName, minutes: number): Promise<ExitCode> {
  const { key, versionId, sha256 } = await storedArtifact(session, callId, name)
  const url = await composeArtifactLinks(session.connection, await session.stack()).sign({ key, versionId }, minutes * 60)
  session.output.result({ type: 'link', callId, name, url, sha256, validMinutes: minutes }, url)
  session.output.note(`valid for ${minutes} minutes; its bytes have the SHA-256 ${sha256}`)
  return EXIT.ok
}
