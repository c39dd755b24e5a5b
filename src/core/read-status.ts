import type { DueReason } from '#core/call-row'
import { coverageRatio, type DayCoverage } from '#core/coverage'
import { addSeconds, DAY_SECONDS, dayOf, earlier, later, secondsBetween } from '#core/instants'
import type { CallCatalog } from '#core/ports/call-catalog'
import type { CallQueue } from '#core/ports/call-queue'
import type { CoverageBook } from '#core/ports/coverage-book'
import type { FailedCalls } from '#core/ports/failed-calls'
import type { LiveDocument } from '#core/ports/live-document'
import type { ConsumerState, QueueConsumer } from '#core/ports/queue-consumer'
import type { Watermarks } from '#core/ports/watermarks'
import type { Settings } from '#core/settings'

export interface ReadStatusPorts {
  readonly queue: Pick<CallQueue, 'depth'>
  readonly deadLetterQueue: Pick<CallQueue, 'depth'>
  readonly consumer: Pick<QueueConsumer, 'state'>
  readonly catalog: Pick<CallCatalog, 'due'>
  readonly failedCalls: Pick<FailedCalls, 'find'>
  readonly coverage: Pick<CoverageBook, 'days'>
  readonly watermarks: Pick<Watermarks, 'read'>
  readonly settings: LiveDocument<Settings>
  readonly now: () => Date
}

export interface OrganizationStatus {
  readonly organizationId: string
  /** Every call that started before was compared with the provider's list; undefined: none was yet. */
  readonly comparedUntil: Date | undefined
  /** The last days that were compared, oldest first. */
  readonly days: readonly (Pick<DayCoverage, 'day' | 'listed' | 'archived' | 'pending' | 'failed' | 'missing'> & {
    readonly coverage: number
  })[]
  readonly oldestUncoveredAt: Date | undefined
}

/** Counts end at {@link MOST_COUNTED}. */
export interface Status {
  readonly at: Date
  readonly consumer: ConsumerState
  readonly queued: number
  readonly deadLetters: number
  /** What is still to be done, by why. */
  readonly waiting: Readonly<Partial<Record<DueReason, number>>>
  readonly oldestDueAt: Date | undefined
  readonly failed: Readonly<Partial<Record<string, number>>>
  readonly organizations: readonly OrganizationStatus[]
  /** Sentences: what a person has to look at, and with which command. Empty: nothing. */
  readonly needs: readonly string[]
}

export const MOST_COUNTED = 1_000
const DAYS_SHOWN = 7
const END_OF_TIME = new Date(Date.UTC(9998, 0))
/** What is due that long has nobody who sends it to the queue. */
const SCHEDULE_LATE_SECONDS = 900
/** As the alarms have it. */
const COMPARED_LATE_SECONDS = 10_800
const LEAST_COVERAGE = 0.99

/** How the stack is doing, and what in it needs a person. Changes nothing. */
export function createReadStatus(ports: ReadStatusPorts) {
  const { queue, deadLetterQueue, consumer, catalog, failedCalls, settings } = ports

  return async function readStatus(): Promise<Status> {
    const at = ports.now()
    const { organizationIds } = (await settings.current()).allomia
    const [queued, deadLetters, state, due, failed, organizations] = await Promise.all([
      queue.depth(),
      deadLetterQueue.depth(),
      consumer.state(),
      catalog.due(END_OF_TIME, MOST_COUNTED),
      failedCalls.find({ notTakenSince: END_OF_TIME, limit: MOST_COUNTED }),
      Promise.all(organizationIds.map((organizationId) => organizationStatus(ports, organizationId, at))),
    ])
    const found = {
      at,
      consumer: state,
      queued,
      deadLetters,
      waiting: countBy(due.map(({ reason }) => reason)),
      oldestDueAt: due[0]?.dueAt,
      failed: countBy(failed.map(({ code }) => code ?? 'without a code')),
      organizations,
    }
    return { ...found, needs: needsOf(found) }
  }
}

async function organizationStatus(
  { coverage, watermarks }: ReadStatusPorts,
  organizationId: string,
  at: Date,
): Promise<OrganizationStatus> {
  const { recent, week } = await watermarks.read(organizationId)
  const compared = [recent, week].flatMap((sweep) => (sweep === undefined ? [] : [sweep.readUntil]))
  const days = await coverage.days(organizationId, dayOf(addSeconds(at, (1 - DAYS_SHOWN) * DAY_SECONDS)), dayOf(at))
  const uncovered = days.flatMap(({ oldestUncoveredAt }) => oldestUncoveredAt ?? [])
  return {
    organizationId,
    comparedUntil: compared.length === 0 ? undefined : compared.reduce(later),
    days: days.map(({ day, listed, archived, pending, failed, missing, ...tally }) => ({
      day,
      listed,
      archived,
      pending,
      failed,
      missing,
      coverage: coverageRatio(tally),
    })),
    oldestUncoveredAt: uncovered.length === 0 ? undefined : uncovered.reduce(earlier),
  }
}

function needsOf({ at, consumer, deadLetters, oldestDueAt, failed, organizations }: Omit<Status, 'needs'>): string[] {
  const isScheduleLate = oldestDueAt !== undefined && secondsBetween(oldestDueAt, at) > SCHEDULE_LATE_SECONDS
  return [
    ...(consumer === 'paused' ? ['archive-call takes nothing from the queue: callvault resume'] : []),
    ...(consumer === 'missing' ? ['archive-call is not connected with the queue: callvault doctor'] : []),
    ...(deadLetters > 0 ? ['messages could not be worked: callvault dead-letters'] : []),
    ...Object.keys(failed).map((code) => `calls have failed with ${code}: callvault find --state failed, and docs/errors.md`),
    ...(isScheduleLate ? ['what is due is not sent to the queue: look at the schedule of reconcile-calls'] : []),
    ...organizations.flatMap((organization) => needsOfOrganization(organization, at)),
  ]
}

function needsOfOrganization({ organizationId, comparedUntil, days }: OrganizationStatus, at: Date): string[] {
  const isLate = comparedUntil === undefined || secondsBetween(comparedUntil, at) > COMPARED_LATE_SECONDS
  return [
    ...(isLate ? [`${organizationId} was not compared with the provider's list for three hours`] : []),
    ...days
      .filter(({ coverage }) => coverage < LEAST_COVERAGE)
      .map(({ day }) => `${organizationId} lacks calls of ${day}: callvault find --organization ${organizationId} --day ${day}`),
  ]
}

function countBy<Name extends string>(names: readonly Name[]): Partial<Record<Name, number>> {
  return Object.fromEntries([...Map.groupBy(names, (name) => name)].map(([name, members]) => [name, members.length])) as Partial<
    Record<Name, number>
  >
}
