import type { ObjectVersion } from '#core/ports/archive-reader'

/** Links that let their bearer read one version of one object, for a while. */
export interface ArtifactLinks {
  /** MUST NOT outlive `validSeconds`. @throws {AwsIdentityMissingError} nothing to sign with */
  sign(object: ObjectVersion, validSeconds: number): Promise<string>
}
