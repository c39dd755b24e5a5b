import { keySegmentOf } from '#core/call-id'

/** One attempt's place in the bucket. `{fence}` in its keys makes sure that no two attempts ever write the same one. */
export interface AttemptPlace {
  /** `organization={id}/year={YYYY}/month={MM}/day={DD}`, frozen in the row at the first commit. */
  readonly partition: string
  readonly callId: string
  readonly fence: number
}

/** Hive-style, so that Athena can read a prefix as a table; the day is the call's start in UTC. */
export function partitionOf(organizationId: string, startedAt: Date): string {
  const [year, month, day] = startedAt.toISOString().slice(0, 10).split('-')
  return `organization=${keySegmentOf(organizationId)}/year=${year}/month=${month}/day=${day}`
}

/** The commit record of a revision. It has no fence: whoever writes it first has committed that revision. */
export const manifestKey = ({ partition, callId }: Pick<AttemptPlace, 'partition' | 'callId'>, revision: number) =>
  `manifests/${partition}/${keySegmentOf(callId)}.r${revision}.json`

/** The provider's record of the call. */
export const recordKey = ({ partition, callId, fence }: AttemptPlace) => `records/${partition}/${keySegmentOf(callId)}.${fence}.json`

/** A transcript or a recording. */
export const mediaKey = ({ partition, callId, fence }: AttemptPlace, name: 'transcript' | 'recording', extension: string) =>
  `media/${partition}/${keySegmentOf(callId)}/${fence}/${name}.${extension}`
