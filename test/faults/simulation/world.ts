import { createHash } from 'node:crypto'
import { keySegmentOf } from '#core/call-id'
import type { MediaName } from '#core/manifest-schema'
import type { MemoryProvider } from '#test/support/twins/memory-provider'
import type { MemorySources, SourceAnswer } from '#test/support/twins/memory-sources'
import { recordingOf, recordText, transcriptOf } from './content.ts'
import type { PlannedCall, Span } from './plan.ts'
import type { Scheduler } from './scheduler.ts'
import { apiErrorOf, troubledAnswer } from './troubled-answers.ts'

/** How long a link holds, as the provider promises. */
const LINK_SECONDS = 3_600

/** The provider and the servers behind its links: what they answer at each moment is a matter of the plan alone. */
export interface World {
  /** Sets the twins to what a request that takes effect now has to be answered. */
  prepare(operation: string, args: readonly unknown[]): void
  call(callId: string): PlannedCall | undefined
  /** Whether the API hands the call out now. */
  isReachable(call: PlannedCall): boolean
  /** The digest of what a fresh link leads to now, where it leads to the whole artifact. */
  entityDigest(call: PlannedCall, name: MediaName): string | undefined
  /** Whether what stands at a media key is the whole of what that call's artifact ever was. */
  isEntity(key: string, sha256: string): boolean
  record(call: PlannedCall): Readonly<Record<string, unknown>>
  /** Every record that was handed out, its links without their query strings. */
  recordDigests(): ReadonlySet<string>
}

interface Link {
  readonly call: PlannedCall
  readonly name: MediaName
  readonly lapsesAt: number
}

export function createWorld(
  calls: readonly PlannedCall[],
  twins: { provider: MemoryProvider; sources: MemorySources },
  scheduler: Scheduler,
): World {
  const byId = new Map(calls.map((call) => [call.id, call]))
  const links = new Map<string, Link>()
  const recordDigests = new Set<string>()
  const opened = new Map<string, number>()
  const served = new Set<string>()

  return {
    call: (callId) => byId.get(callId),
    isReachable,
    entityDigest: (call, name) =>
      isWithin(call[name].link) && troubleNow(call[name].troubles) === undefined
        ? digestOf(contentOf(call, name, valueNow(call, name)))
        : undefined,
    isEntity: (key, sha256) => {
      const [callSegment = '', , file = ''] = key.split('/').slice(-3)
      return served.has(servedAs(callSegment, file.startsWith('transcript.') ? 'transcript' : 'recording', sha256))
    },
    record: (call) => recordText(call, scheduler.seconds(), {}),
    recordDigests: () => recordDigests,
    prepare(operation, [first]) {
      if (operation === 'provider.getCall' && typeof first === 'string') prepareRecord(first)
      if (operation === 'provider.listCalls' || operation === 'provider.page') prepareListing()
      if (operation.startsWith('sources.') && typeof first === 'string') twins.sources.set(first, answerOf(first))
    },
  }

  function prepareRecord(callId: string): void {
    const call = byId.get(callId)
    const trouble = call && troubleNow(call.troubles)
    if (call === undefined || scheduler.seconds() < call.appearsAt) twins.provider.failNext(callId, apiErrorOf('not-found'))
    else if (trouble !== undefined) twins.provider.failNext(callId, apiErrorOf(trouble))
    else handOut(call)
  }

  /** What was fetched before it is listed is listed too: the twin forgets nothing. */
  function prepareListing(): void {
    for (const call of calls.filter(({ listedAt }) => listedAt <= scheduler.seconds()))
      twins.provider.setCall({ ...recordText(call, scheduler.seconds(), {}), id: call.id })
  }

  function handOut(call: PlannedCall): void {
    const given = Object.fromEntries((['transcript', 'recording'] as const).map((name) => [name, newLink(call, name)]))
    twins.provider.setCall({ ...recordText(call, scheduler.seconds(), given), id: call.id })
    const kept = Object.fromEntries(Object.entries(given).map(([name, link]) => [name, link?.split('?', 1)[0]]))
    recordDigests.add(digestOf(JSON.stringify({ ...recordText(call, scheduler.seconds(), kept), id: call.id })))
  }

  function newLink(call: PlannedCall, name: MediaName): string | undefined {
    if (!isWithin(call[name].link)) return undefined
    const link = `https://media.example/${encodeURIComponent(call.id)}/${name}?X-Amz-Signature=sekret${links.size}`
    links.set(link, { call, name, lapsesAt: scheduler.seconds() + LINK_SECONDS })
    return link
  }

  function answerOf(url: string): SourceAnswer | Error {
    const link = links.get(url)
    if (link === undefined) return { status: 404 }
    if (scheduler.seconds() >= link.lapsesAt) return { status: 403 }

    const { call, name } = link
    const { validators, declaresLength } = call[name]
    const body = contentOf(call, name, valueNow(call, name))
    served.add(servedAs(keySegmentOf(call.id), name, digestOf(body)))
    const trouble = troubleNow(call[name].troubles)
    if (trouble !== undefined && trouble !== 'broken-off') return troubledAnswer(trouble, body)
    const cut = trouble === 'broken-off' && breaksThisTime(`${call.id} ${name}`) ? { cutAfterBytes: body.length >> 1 } : {}
    return {
      body,
      contentType: name === 'transcript' ? 'text/plain; charset=utf-8' : 'audio/wav',
      declaresLength,
      ...cut,
      ...(validators === 'etag' && { etag: `"${digestOf(body).slice(0, 12)}"` }),
      ...(validators === 'last-modified' && { lastModified: new Date(Date.UTC(2026, 2, 1 + valueNow(call, name))).toUTCString() }),
    }
  }

  /** Every other time, so that the next request may go on with it. */
  function breaksThisTime(artifact: string): boolean {
    const times = (opened.get(artifact) ?? 0) + 1
    opened.set(artifact, times)
    return times % 2 === 1
  }

  function isReachable({ appearsAt, troubles }: PlannedCall): boolean {
    return scheduler.seconds() >= appearsAt && troubleNow(troubles) === undefined
  }

  function valueNow({ changes }: PlannedCall, of: MediaName): number {
    return (
      changes
        .filter((change) => change.of === of && change.at <= scheduler.seconds())
        .sort((one, other) => one.at - other.at)
        .at(-1)?.value ?? 0
    )
  }

  function isWithin({ from, to }: Span): boolean {
    return from <= scheduler.seconds() && scheduler.seconds() < to
  }

  function troubleNow<T>(troubles: readonly (Span & { readonly what: T })[]): T | undefined {
    return troubles.find(isWithin)?.what
  }
}

const servedAs = (callSegment: string, name: MediaName, sha256: string) => `${callSegment} ${name} ${sha256}`

const contentOf = (call: PlannedCall, name: MediaName, value: number) =>
  name === 'transcript' ? transcriptOf(call.id, value) : recordingOf(call.id, value)

const digestOf = (content: string | Buffer) => createHash('sha256').update(content).digest('hex')
