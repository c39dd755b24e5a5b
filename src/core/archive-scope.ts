import { keySegmentOf } from '#core/call-id'
import { partitionOf } from '#core/object-keys'

export const ROOMS = ['manifests', 'records', 'media'] as const
export type Room = (typeof ROOMS)[number]

/** Which part of the archive is meant. Days are `YYYY-MM-DD` in UTC, both included. */
export type ArchiveScope =
  | { readonly kind: 'all'; readonly after?: string | undefined }
  | { readonly kind: 'organization'; readonly organizationId: string; readonly after?: string | undefined }
  | { readonly kind: 'days'; readonly organizationId: string; readonly fromDay: string; readonly toDay: string }
  | { readonly kind: 'call'; readonly partition: string; readonly callId: string }

/** Where to look in a room, and behind which key. */
export interface Stretch {
  readonly prefix: string
  readonly after: string | undefined
}

const DAY_MS = 86_400_000

/** The stretches of each room that hold a scope. Those of one entry cover the same partitions. */
export function stretchesOf(scope: ArchiveScope): readonly Readonly<Record<Room, Stretch>>[] {
  switch (scope.kind) {
    case 'all':
      return [inEachRoom(() => '', scope.after)]
    case 'organization':
      return [inEachRoom(() => `organization=${keySegmentOf(scope.organizationId)}/`, scope.after)]
    case 'days':
      return daysOf(scope).map((day) => inEachRoom(() => `${partitionOf(scope.organizationId, day)}/`))
    case 'call': {
      const call = `${scope.partition}/${keySegmentOf(scope.callId)}`
      return [inEachRoom((room) => (room === 'media' ? `${call}/` : `${call}.`))]
    }
  }
}

function inEachRoom(prefixIn: (room: Room) => string, after?: string): Record<Room, Stretch> {
  const stretchOf = (room: Room): Stretch => ({
    prefix: `${room}/${prefixIn(room)}`,
    // `0` is what comes behind `/`: nothing of that partition, and all of the next one.
    after: after === undefined ? undefined : `${room}/${after}0`,
  })
  return { manifests: stretchOf('manifests'), records: stretchOf('records'), media: stretchOf('media') }
}

function daysOf({ fromDay, toDay }: { fromDay: string; toDay: string }): Date[] {
  const [from, to] = [Date.parse(fromDay), Date.parse(toDay)]
  const count = Math.floor((to - from) / DAY_MS) + 1
  return Array.from({ length: Math.max(0, count) }, (_, index) => new Date(from + index * DAY_MS))
}
