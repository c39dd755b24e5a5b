import { composeDescribeCall, readerOf } from '#compose-operator'
import { openArtifact } from '#core/artifact-content'
import type { CallDescription } from '#core/describe-call'
import type { StoredManifest } from '#core/manifest'
import type { StoredArtifact } from '#core/manifest-schema'
import { ArtifactNotStoredError, CallUnknownError } from '#core/operator-errors'
import { provedRevisions } from '#core/prove-revisions'
import type { Session } from './session.ts'

export const ARTIFACT_NAMES = ['record', 'transcript', 'recording'] as const
export type ArtifactName = StoredArtifact['name']

/**
 * A call by its row, and its revisions once they are proved: nothing is shown or handed out of a call that somebody else may have written.
 * @throws {CallUnknownError} @throws {ArtifactDiffersError} @throws {ManifestUnreadableError}
 */
export async function describedCall({ connection, stack, signal }: Session, callId: string): Promise<CallDescription> {
  const { row, revisions } = await composeDescribeCall(connection, await stack())(callId, signal)
  return { row, revisions: provedRevisions(revisions, row) }
}

/**
 * The newest revision of a call.
 * @throws {CallUnknownError} nothing is committed of it
 */
export async function storedRevision(session: Session, callId: string): Promise<StoredManifest> {
  const newest = (await describedCall(session, callId)).revisions.at(-1)
  if (newest === undefined) throw new CallUnknownError(callId, 'with anything stored')
  return newest
}

/**
 * An artifact of a call as its newest revision has it.
 * @throws {CallUnknownError} nothing is committed of it @throws {ArtifactNotStoredError} not this artifact
 */
export async function storedArtifact(session: Session, callId: string, name: ArtifactName): Promise<StoredArtifact> {
  const { manifest } = await storedRevision(session, callId)
  const artifact = manifest.artifacts.find((candidate) => candidate.name === name)
  if (artifact === undefined) throw new CallUnknownError(callId, `with a ${name}`)
  if (artifact.state !== 'stored') throw new ArtifactNotStoredError(callId, artifact)
  return artifact
}

/** Its bytes, held against its manifest while they pass. */
export const contentOf = async ({ connection, stack, signal }: Session, artifact: StoredArtifact) =>
  openArtifact(readerOf(connection, await stack()), artifact, signal)
