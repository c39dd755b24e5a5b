/** What can be wrong with an archive. The names are part of the report's documented shape. */
export type FixityProblemKind =
  /** A manifest that is none, or not canonical, or not where its content says. */
  | 'manifest'
  /** Revisions that do not follow from each other. */
  | 'chain'
  /** What a manifest names is not there, or bears a delete marker. */
  | 'missing'
  /** A key has more than one version: something was put over something. */
  | 'versions'
  | 'length'
  /** What S3 attests is not what the manifest says. */
  | 'checksum'
  /** The bytes are not what the manifest says. */
  | 'digest'
  /** Locked shorter, or less strictly, than promised. */
  | 'retention'
  /** The store does not hand the object out, so that nothing can be said of it. */
  | 'refused'
  /** The catalog and the bucket disagree. */
  | 'catalog'

export interface FixityProblem {
  readonly kind: FixityProblemKind
  /** The key of the object that is wrong. */
  readonly key: string
  /** A sentence without its subject, which is the key: `holds 12 bytes, not 13`. */
  readonly sentence: string
}

/** What was found of one call. */
export interface CallVerdict {
  /** Undefined where neither its keys nor a manifest of it tell it. */
  readonly callId: string | undefined
  readonly organizationId: string | undefined
  readonly partition: string | undefined
  readonly revisions: number
  /** Manifests and the objects that they name. */
  readonly objects: number
  /** Bytes that were read and digested. */
  readonly readBytes: number
  readonly problems: readonly FixityProblem[]
  /** Objects that neither a manifest nor the call's row names: what an attempt left that did not end well. Nothing is wrong with them. */
  readonly unreferenced: readonly string[]
  /** Whether its row was looked up: else what is unreferenced may be named by one. */
  readonly isRowRead: boolean
}

/** Collects what is wrong; nothing of it ends the check. */
export function createFindings() {
  const problems: FixityProblem[] = []
  let readBytes = 0
  return {
    problems,
    readBytes: () => readBytes,
    add: (kind: FixityProblemKind, key: string, sentence: string) => void problems.push({ kind, key, sentence }),
    countBytes: (bytes: number) => {
      readBytes += bytes
    },
  }
}

export type Findings = ReturnType<typeof createFindings>
