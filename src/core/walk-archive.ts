import { type ArchiveScope, ROOMS, type Room, stretchesOf } from '#core/archive-scope'
import { keySegmentOf } from '#core/call-id'
import type { ArchiveReader, ListedVersion } from '#core/ports/archive-reader'

/** An object by its key, with every version of it. */
export interface ListedObject {
  readonly key: string
  /** Newest first; none where only a delete marker is left. */
  readonly versions: readonly ListedVersion[]
  readonly isDeleted: boolean
}

/** All that the archive has of one call. */
export interface CallObjects {
  /** Undefined for an object that stands where none belongs. */
  readonly partition: string | undefined
  /** The call's id as it appears in keys. */
  readonly segment: string
  /** By revision, oldest first. */
  readonly manifests: readonly (ListedObject & { readonly revision: number })[]
  /** Under records/ and media/. */
  readonly content: readonly ListedObject[]
  /** Under none of the forms that keys have. */
  readonly strays: readonly ListedObject[]
}

const PLACE = /^(manifests|records|media)\/(organization=[^/]+\/year=\d{4}\/month=\d\d\/day=\d\d)\/(.+)$/s
const FORMS: Readonly<Record<Room, RegExp>> = {
  manifests: /^([^/]+)\.r([1-9]\d*)\.json$/,
  records: /^([^/]+)\.(\d+)\.json$/,
  media: /^([^/]+)\/(\d+)\/(?:transcript|recording)\.[a-z0-9]+$/,
}

/**
 * Everything of a scope, call by call, partition by partition. Memory holds one partition: a day of an organization.
 *
 *   manifests/  |a day 1|a day 2|        |b day 1|     each room is listed once, in the order of keys;
 *   records/    |a day 1|a day 2|        |b day 1|     the least partition that any of them stands at
 *   media/      |a day 1|        |a day 3|b day 1|     is taken from all of them
 */
export async function* walkArchive(reader: ArchiveReader, scope: ArchiveScope, signal: AbortSignal): AsyncGenerator<CallObjects> {
  for (const stretches of stretchesOf(scope)) {
    const cursors = await Promise.all(
      ROOMS.map((room) => createCursor(room, reader.list(stretches[room].prefix, { ...stretches[room], signal }))),
    )
    for (;;) {
      const partition = leastOf(cursors.map((cursor) => cursor.partition()))
      if (partition === undefined) break
      const taken = await Promise.all(cursors.map((cursor) => cursor.take(partition)))
      for (const call of callsAmong(partition, taken.flat())) if (isWanted(call, scope)) yield call
    }
  }
}

type Cursor = Awaited<ReturnType<typeof createCursor>>

interface PlacedObject {
  readonly room: Room
  readonly object: ListedObject
}

/** Stands at the next object of a room. */
async function createCursor(room: Room, versions: AsyncIterable<ListedVersion>) {
  const objects = objectsOf(versions)
  let next = await objects.next()
  const partition = () => (next.done ? undefined : placeOf(next.value.key))

  return {
    partition,
    async take(wanted: string): Promise<PlacedObject[]> {
      const taken: PlacedObject[] = []
      while (!next.done && partition() === wanted) {
        taken.push({ room, object: next.value })
        next = await objects.next()
      }
      return taken
    },
  }
}

/** Whose object it is by its key alone: of a call's own form, or undefined. */
export function placeIn(key: string): { readonly partition: string; readonly segment: string } | undefined {
  const [, room = '', partition, rest = ''] = PLACE.exec(key) ?? []
  const segment = FORMS[room as Room]?.exec(rest)?.[1]
  return partition === undefined || segment === undefined ? undefined : { partition, segment }
}

/** Ends in `/`, so that partitions sort as the keys in them do. What stands nowhere has the whole key for its partition. */
function placeOf(key: string): string {
  const partition = PLACE.exec(key)?.[2]
  return partition === undefined ? key.slice(key.indexOf('/') + 1) : `${partition}/`
}

const leastOf = (partitions: readonly ReturnType<Cursor['partition']>[]) =>
  partitions.filter((partition) => partition !== undefined).sort((one, other) => Buffer.compare(Buffer.from(one), Buffer.from(other)))[0]

async function* objectsOf(versions: AsyncIterable<ListedVersion>): AsyncGenerator<ListedObject, undefined> {
  let current: { key: string; versions: ListedVersion[]; isDeleted: boolean } | undefined
  for await (const version of versions) {
    if (current !== undefined && current.key !== version.key) yield current
    if (current?.key !== version.key) current = { key: version.key, versions: [], isDeleted: false }
    if (version.isDeleteMarker) current.isDeleted = true
    else current.versions.push(version)
  }
  if (current !== undefined) yield current
  return undefined
}

function callsAmong(partition: string, objects: readonly PlacedObject[]): CallObjects[] {
  const bySegment = Map.groupBy(objects, ({ object }) => placeIn(object.key)?.segment)
  return [...bySegment].map(([segment, members]) => {
    if (segment === undefined) {
      return { partition: undefined, segment: partition, manifests: [], content: [], strays: members.map(({ object }) => object) }
    }
    const manifests = members.filter(({ room }) => room === 'manifests').map(({ object }) => ({ ...object, revision: revisionOf(object) }))
    return {
      partition: partition.slice(0, -1),
      segment,
      manifests: manifests.sort((one, other) => one.revision - other.revision),
      content: members.filter(({ room }) => room !== 'manifests').map(({ object }) => object),
      strays: [],
    }
  })
}

const revisionOf = ({ key }: ListedObject) => Number(/\.r(\d+)\.json$/.exec(key)?.[1])

/** The prefix of `a` also holds the call `a.b`. */
const isWanted = ({ segment }: CallObjects, scope: ArchiveScope) => scope.kind !== 'call' || segment === keySegmentOf(scope.callId)
