import { pipeline } from 'node:stream/promises'
import { Argument, Command } from 'commander'
import { EXIT, type ExitCode } from '#cli/exit-codes'
import type { CommandDefinition } from '#cli/program'
import type { Session } from '#cli/session'
import { ARTIFACT_NAMES, type ArtifactName, contentOf, storedArtifact } from '#cli/stored-call'

const EXAMPLES = `Examples:
  $ callvault cat call_0193 transcript
  $ callvault cat call_0193 record | jq .callSummary
  $ callvault cat call_0193 recording > call.wav
`

/** The bytes of one artifact. */
export function catCommand(): CommandDefinition {
  const command = new Command('cat')
    .description('Writes an artifact to standard output, byte for byte, and ends with 3 where it is not what its manifest says.')
    .argument('<id>', 'the call')
    .addArgument(new Argument('<artifact>', 'what of it').choices(ARTIFACT_NAMES))
    .addHelpText('before', EXAMPLES)
  return { command, run: (session, [id = '', name]) => cat(session, id, name as ArtifactName) }
}

async function cat(session: Session, callId: string, name: ArtifactName): Promise<ExitCode> {
  const artifact = await storedArtifact(session, callId, name)
  await pipeline(await contentOf(session, artifact), process.stdout, { signal: session.signal, end: false })
  return EXIT.ok
}
