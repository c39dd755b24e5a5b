import { once } from 'node:events'
import { addAbortSignal, type Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { Argument, Command } from 'commander'
import { EXIT, type ExitCode } from '#cli/exit-codes'
import type { CommandDefinition } from '#cli/program'
import type { Session } from '#cli/session'
import { ARTIFACT_NAMES, type ArtifactName, contentOf, storedArtifact } from '#cli/stored-call'
import type { StoredArtifact } from '#core/manifest-schema'

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
    .addHelpText(
      'after',
      '\n--json: {type: piece, callId, name, offset, base64}, in their order; {type: summary, callId, name, bytes, sha256, mediaType}',
    )
  return { command, run: (session, [id = '', name]) => cat(session, id, name as ArtifactName) }
}

async function cat(session: Session, callId: string, name: ArtifactName): Promise<ExitCode> {
  const artifact = await storedArtifact(session, callId, name)
  const content = await contentOf(session, artifact)
  if (session.output.isJson) await writePieces(session, callId, artifact, content)
  else await pipeline(content, process.stdout, { signal: session.signal, end: false })
  return EXIT.ok
}

/** In pieces, so that the longest recording needs no more memory than the shortest. */
async function writePieces({ output, signal }: Session, callId: string, artifact: StoredArtifact, content: Readable): Promise<void> {
  const { name, bytes, sha256, mediaType } = artifact
  let offset = 0
  for await (const piece of addAbortSignal(signal, content)) {
    output.result({ type: 'piece', callId, name, offset, base64: piece.toString('base64') }, '')
    offset += piece.length
    if (process.stdout.writableNeedDrain) await once(process.stdout, 'drain', { signal })
  }
  output.result({ type: 'summary', callId, name, bytes, sha256, mediaType }, '')
}
