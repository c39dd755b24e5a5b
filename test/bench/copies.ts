import type { S3Engine } from '#test/support/engines/engine'
import { bundledProgram } from './bundled-program.ts'
import { type Bar, type BenchOptions, type Cost, inWords, printBars, rounded, spreadOf } from './figures.ts'
import { measuredRun } from './measured-run.ts'
import { startMediaSource, writeRecording } from './media-source.ts'
import { ensureRclone, rcloneEnvironment } from './rclone.ts'
import { environmentOf, startSink } from './sink.ts'
import { startSlowProxy } from './slow-proxy.ts'

const MIB = 1_024 * 1_024
const KEY = 'k'
const SIZES_MIB = { quick: [64], full: [2, 64, 512, 2_048] }
const ROUNDS = { quick: 3, full: 5 }

/** From where to where, either of them perhaps through a proxy. */
interface Route {
  readonly link: string
  readonly sink: S3Engine
}

interface Peer {
  readonly name: string
  run(route: Route): Promise<Cost>
}

/** Requests to the source and to the sink. */
type Requests = Readonly<Record<'source' | 'sink', number>>

/** One recording from one source to one sink: callvault's copy beside what people would use instead. */
export async function benchCopies({ directory, isQuick, sizes = isQuick ? SIZES_MIB.quick : SIZES_MIB.full }: BenchOptions) {
  const source = await startMediaSource(directory)
  const sink = await startSink(directory)
  try {
    const peers = await peersFor(sink.bucket, directory)
    const compared = []
    for (const mebibytes of sizes) compared.push(await compare(mebibytes))
    return { source: source.kind, sizes: compared }

    async function compare(mebibytes: number) {
      const file = `${mebibytes}.wav`
      await writeRecording(directory, file, mebibytes * MIB)
      const costs = new Map<string, Cost[]>(peers.map(({ name }) => [name, []]))
      const failed = new Set<string>()
      for (let round = 0; round < (isQuick ? ROUNDS.quick : ROUNDS.full); round += 1) {
        for (const peer of rotated(peers, round).filter(({ name }) => !failed.has(name))) {
          try {
            costs.get(peer.name)?.push(await runOnce(peer, { link: source.link(file), sink: sink.engine }, mebibytes))
          } catch (error) {
            // Not every peer can do every size: what it cannot is a figure too.
            if (peer === peers[0]) throw error
            failed.add(peer.name)
            costs.delete(peer.name)
            console.log(`${peer.name} cannot copy ${mebibytes} MiB: ${reasonOf(error)}`)
          }
        }
      }
      const requests = new Map<string, Requests>()
      for (const peer of peers.filter(({ name }) => !failed.has(name))) {
        requests.set(peer.name, await requestsOf(peer, source.link(file), mebibytes))
      }
      return { ...tell(mebibytes, costs, requests), failed: [...failed] }
    }
  } finally {
    await source.stop()
    await sink.stop()
  }

  /** Counted in a run of its own, through proxies, so that counting costs no other run anything. */
  async function requestsOf(peer: Peer, link: string, mebibytes: number): Promise<Requests> {
    const [before, behind] = await Promise.all([startSlowProxy(link, 0), startSlowProxy(sink.engine.s3Endpoint, 0)])
    const route = { link: before.url + new URL(link).pathname, sink: { ...sink.engine, s3Endpoint: behind.url } }
    try {
      await runOnce(peer, route, mebibytes)
      return { source: before.passed(), sink: behind.passed() }
    } finally {
      await Promise.all([before.close(), behind.close()])
    }
  }

  async function runOnce(peer: Peer, route: Route, mebibytes: number): Promise<Cost> {
    await sink.empty()
    const cost = await peer.run(route)
    const sizes = await sink.sizes()
    if (sizes.length !== 1 || sizes[0] !== mebibytes * MIB) throw new Error(`${peer.name} stored ${sizes.join(', ') || 'nothing'}`)
    return cost
  }
}

async function peersFor(bucket: string, directory: string): Promise<Peer[]> {
  const rclone = await ensureRclone()
  const rcloneRun = ({ link, sink }: Route, ...more: readonly string[]) =>
    measuredRun([rclone, 'copyurl', link, `sink:${bucket}/${KEY}`, '--s3-no-check-bucket', '--retries=1', ...more], rcloneEnvironment(sink))
  const nodeRun =
    (program = '') =>
    ({ link, sink }: Route) =>
      measuredRun([process.execPath, program], { ...environmentOf(sink), BENCH_ORDER: JSON.stringify({ link, bucket, key: KEY }) })
  const [callvault, upload, naive] = await Promise.all(
    ['callvault', 'upload', 'naive'].map((name) => bundledProgram(`copy-${name}`, directory)),
  )
  return [
    { name: 'callvault', run: nodeRun(callvault) },
    { name: 'rclone copyurl', run: (route) => rcloneRun(route) },
    { name: 'rclone, one PUT', run: (route) => rcloneRun(route, '--s3-upload-cutoff=5G') },
    { name: 'SDK Upload, fetch', run: nodeRun(upload) },
    { name: 'naive', run: nodeRun(naive) },
  ]
}

function tell(mebibytes: number, costs: ReadonlyMap<string, readonly Cost[]>, requests: ReadonlyMap<string, Requests>) {
  const figures = [...costs].map(([name, runs]) => ({
    name,
    wallSeconds: spreadOf(runs.map(({ wallSeconds }) => wallSeconds)),
    cpuSeconds: spreadOf(runs.map(({ cpuSeconds }) => cpuSeconds)),
    peakMebibytes: spreadOf(runs.map(({ peakMebibytes }) => peakMebibytes)),
    requests: requests.get(name),
  }))
  const ours = figures[0]
  const ratios = figures.map(({ name, wallSeconds, cpuSeconds }) => ({
    name,
    wall: rounded((ours?.wallSeconds.median ?? 0) / wallSeconds.median),
    cpu: rounded((ours?.cpuSeconds.median ?? 0) / cpuSeconds.median),
  }))
  console.log(`\none recording of ${mebibytes} MiB: median (range), and callvault's share of it`)
  console.table(
    figures.map(({ name, wallSeconds, cpuSeconds, peakMebibytes, requests }, index) => ({
      program: name,
      'wall s': inWords(wallSeconds),
      'CPU s': inWords(cpuSeconds),
      'peak MiB': inWords(peakMebibytes),
      'GET + to S3': `${requests?.source} + ${requests?.sink}`,
      'callvault / it, wall': ratios[index]?.wall,
      'callvault / it, CPU': ratios[index]?.cpu,
    })),
  )
  const bars = mebibytes === 512 ? barsOf(ratios) : []
  if (bars.length > 0) printBars(bars)
  return { mebibytes, figures, ratios, bars }
}

function barsOf(ratios: readonly { name: string; wall: number; cpu: number }[]): Bar[] {
  const ratio = (name: string) => ratios.find((one) => one.name === name)
  return [
    { what: 'wall / rclone copyurl', most: 0.8, measured: ratio('rclone copyurl')?.wall ?? Number.NaN },
    { what: 'wall / SDK Upload fed by fetch', most: 0.7, measured: ratio('SDK Upload, fetch')?.wall ?? Number.NaN },
    { what: 'wall / naive', most: 0.5, measured: ratio('naive')?.wall ?? Number.NaN },
    { what: 'CPU / rclone copyurl', most: 0.9, measured: ratio('rclone copyurl')?.cpu ?? Number.NaN },
  ]
}

/** Each round begins with another program, so that none is always the one after the noisiest. */
const rotated = <T>(items: readonly T[], by: number): T[] => items.map((_, index) => items[(index + by) % items.length] as T)

const reasonOf = (error: unknown) =>
  error instanceof Error ? (/\n(\w*Error[^\n]*)/.exec(error.message)?.[1] ?? error.message.slice(0, 200)) : ''
