import type { Readable } from 'node:stream'
import { type CallLinks, createCallLinks, type Link } from '#core/call-links'
import { createCopyArtifact, type StoredMedia } from '#core/copy-artifact'
import { addSeconds } from '#core/instants'
import type { MediaName } from '#core/manifest-schema'
import type { FetchedCall } from '#core/ports/call-provider'
import { parseProviderCall } from '#core/provider-call'
import { memorySpool } from '#test/faults/simulation/memory-spool'
import { createMemoryArchive } from './twins/memory-archive.ts'
import { createMemorySources, type SourceAnswer } from './twins/memory-sources.ts'

export interface CopyOptions {
  readonly name?: MediaName
  /** What the first link answers each time it is opened, then the second, ... Links beyond answer as the last one. */
  readonly answers: readonly (readonly (SourceAnswer | Error)[])[]
  /** What fetching the call for another link throws, the first time, the second, ... */
  readonly fetches?: readonly (Error | undefined)[]
  /** Fetches, counted from one, that are not answered until the test says so. */
  readonly stuckFetches?: readonly number[]
  /** How long each link holds; the last one for all that follow. */
  readonly linkSeconds?: readonly number[]
}

const START = new Date('2026-03-03T14:24:00Z')

/** One copy on twins, with a clock that the test moves and links that are numbered. */
export function createCopy({ name = 'recording', answers, fetches = [], stuckFetches = [], linkSeconds = [3_600] }: CopyOptions) {
  const [archive, sources] = [createMemoryArchive(), createMemorySources()]
  const stuck = Promise.withResolvers<void>()
  const timers = new Set<{ readonly at: Date; act(): void }>()
  const bodies: Readable[] = []
  const puts: string[] = []
  let [time, asked] = [START, 0]

  const copyArtifact = createCopyArtifact({
    archive: {
      ...archive,
      put(key, ...rest) {
        puts.push(key)
        return archive.put(key, ...rest)
      },
    },
    sources: {
      ...sources,
      async open(url, signal) {
        const source = await sources.open(url, signal)
        const body = slowlyClosed(source.body)
        bodies.push(body)
        return { ...source, body }
      },
    },
    spool: memorySpool,
    now: () => time,
    after(seconds, act) {
      const timer = { at: addSeconds(time, seconds), act }
      timers.add(timer)
      return () => void timers.delete(timer)
    },
  })
  const links = createCallLinks(answerOf(1), fetchAgain)

  return {
    run(signal = AbortSignal.timeout(10_000)): Promise<StoredMedia> {
      const place = { partition: 'organization=org_1/year=2026/month=03/day=03', callId: 'call_1', fence: 1 }
      const retention = { mode: 'NONE' as const, retainUntil: START, policy: 'none' }
      return copyArtifact({ name, links, link: linkOf(links), place, retention, callSeconds: undefined }, signal)
    },
    /** How many PutObjects were begun. */
    putsBegun: () => puts.length,
    bodiesOpen: () => bodies.filter(({ closed }) => !closed).length,
    storedBodies: () => archive.objects().map(({ body }) => Buffer.from(body)),
    opened: () => sources.opened().map((url) => `link ${/\/(\d+)\?/.exec(url)?.[1]}`),
    /** Everything that can happen without it happens first. */
    async letTimePass(seconds: number) {
      await settled()
      time = addSeconds(time, seconds)
      for (const timer of [...timers].filter(({ at }) => at <= time)) timer.act()
      await settled()
    },
    answerStuckFetches: () => stuck.resolve(),
  }

  async function fetchAgain(signal: AbortSignal): Promise<FetchedCall> {
    asked += 1
    const error = fetches[asked - 1]
    if (error !== undefined) throw error
    if (stuckFetches.includes(asked)) await Promise.race([stuck.promise, abortOf(signal)])
    return answerOf(asked + 1)
  }

  function answerOf(number: number): FetchedCall {
    const seconds = linkSeconds[Math.min(number, linkSeconds.length) - 1] ?? 3_600
    const url = `https://media.example/${number}?X-Amz-Date=20260303T142400Z&X-Amz-Expires=${seconds}`
    sources.set(url, ...(answers[Math.min(number, answers.length) - 1] ?? []))
    const record = { id: 'call_1', organizationId: 'org_1', transcriptUrl: url, recordingUrl: url }
    const body = Buffer.from(JSON.stringify(record))
    return { call: parseProviderCall(body), body, contentType: 'application/json', host: 'provider.example', fetchedAt: time }
  }

  function linkOf(from: CallLinks): Link {
    const link = from.current(name)
    if (link === undefined) throw new Error('the record has links')
    return link
  }
}

/** Lets go of what it held only some turns after it was destroyed, as sockets do. */
function slowlyClosed(body: Readable): Readable {
  const destroy = body._destroy.bind(body)
  body._destroy = (error, done) => destroy(error, (thrown) => void inTurns(5).then(() => done(thrown)))
  return body
}

const abortOf = (signal: AbortSignal) =>
  new Promise<never>((_resolve, reject) => signal.addEventListener('abort', () => reject(signal.reason), { once: true }))

/** Streams hand on what they have turn by turn: after so many turns nothing moves any more. */
const settled = () => inTurns(100)

async function inTurns(count: number): Promise<void> {
  for (let turn = 0; turn < count; turn += 1) await new Promise((resolve) => setImmediate(resolve))
}
