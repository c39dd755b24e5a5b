import { composeDescribeCall, readerOf } from '#compose-operator'
import { openArtifact } from '#core/artifact-content'
import type { CallDescription } from '#core/describe-call'
import type { StoredArtifact } from '#core/manifest-schema'
import { CallUnknownError } from '#core/operator-errors'
import type { Session } from './session.ts'

export const ARTIFACT_NAMES = ['record', 'transcript', 'recording'] as const
export type ArtifactName = StoredArtifact['name']

/** @throws {CallUnknownError} */
export const describedCall = async ({ connection, stack, signal }: Session, callId: string): Promise<CallDescription> =>
  composeDescribeCall(connection, await stack())(callId, signal)

/**
 * An artifact of a call as its newest revision has it.
 * @throws {CallUnknownError} nothing is committed of it, or not this artifact
 */
export async function storedArtifact(session: Session, callId: string, name: ArtifactName): Promise<StoredArtifact> {
  const { revisions } = await describedCall(session, callId)
  const artifact = revisions.at(-1)?.manifest.artifacts.find((candidate) => candidate.name === name)
  if (artifact?.state !== 'stored') throw new CallUnknownError(callId, `with a stored ${name}`)
  return artifact
}

/** Its bytes, held against its manifest while they pass. */
export const contentOf = async ({ connection, stack, signal }: Session, artifact: StoredArtifact) =>
  openArtifact(readerOf(connection, await stack()), artifact, signal)
