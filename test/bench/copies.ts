import { bundledProgram } from './bundled-program.ts'
import { type Bar, type BenchOptions, type Cost, inWords, printBars, rounded, spreadOf } from './figures.ts'
import { measuredRun } from './measured-run.ts'
import { type MediaSource, startMediaSource, writeRecording } from './media-source.ts'
import { ensureRclone, rcloneEnvironment } from './rclone.ts'
import { startSink } from './sink.ts'

const MIB = 1_024 * 1_024
const SIZES_MIB = { quick: [64], full: [2, 64, 512, 2_048] }
const ROUNDS = { quick: 3, full: 5 }

interface Peer {
  readonly name: string
  run(link: string, key: string): Promise<Cost>
}

/** One recording from one source to one sink: callvault's copy beside what people would use instead. */
export async function benchCopies({ directory, isQuick, sizes = isQuick ? SIZES_MIB.quick : SIZES_MIB.full }: BenchOptions) {
  const source = await startMediaSource(directory)
  const sink = await startSink(directory)
  try {
    const peers = await peersFor(sink, directory)
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
            costs.get(peer.name)?.push(await runOnce(peer, source, file, mebibytes))
          } catch (error) {
            // Not every peer can do every size: what it cannot is a figure too.
            if (peer === peers[0]) throw error
            failed.add(peer.name)
            costs.delete(peer.name)
            console.log(`${peer.name} cannot copy ${mebibytes} MiB: ${reasonOf(error)}`)
          }
        }
      }
      return { ...tell(mebibytes, costs), failed: [...failed] }
    }
  } finally {
    await source.stop()
    await sink.stop()
  }

  async function runOnce(peer: Peer, from: MediaSource, file: string, mebibytes: number): Promise<Cost> {
    await sink.empty()
    const cost = await peer.run(from.link(file), 'k')
    const sizes = await sink.sizes()
    if (sizes.length !== 1 || sizes[0] !== mebibytes * MIB) throw new Error(`${peer.name} stored ${sizes.join(', ') || 'nothing'}`)
    return cost
  }
}

async function peersFor(sink: Awaited<ReturnType<typeof startSink>>, directory: string): Promise<Peer[]> {
  const rclone = await ensureRclone()
  const rcloneRun = (link: string, key: string, ...more: readonly string[]) =>
    measuredRun(
      [rclone, 'copyurl', link, `sink:${sink.bucket}/${key}`, '--s3-no-check-bucket', '--retries=1', ...more],
      rcloneEnvironment(sink.engine),
    )
  const nodeRun = (program: string) => (link: string, key: string) =>
    measuredRun([process.execPath, program], { ...sink.environment, BENCH_ORDER: JSON.stringify({ link, bucket: sink.bucket, key }) })
  const [callvault, upload, naive] = await Promise.all(
    ['callvault', 'upload', 'naive'].map((name) => bundledProgram(`copy-${name}`, directory)),
  )
  return [
    { name: 'callvault', run: nodeRun(callvault ?? '') },
    { name: 'rclone copyurl', run: (link, key) => rcloneRun(link, key) },
    { name: 'rclone, one PUT', run: (link, key) => rcloneRun(link, key, '--s3-upload-cutoff=5G') },
    { name: 'SDK Upload, fetch', run: nodeRun(upload ?? '') },
    { name: 'naive', run: nodeRun(naive ?? '') },
  ]
}

function tell(mebibytes: number, costs: ReadonlyMap<string, readonly Cost[]>) {
  const figures = [...costs].map(([name, runs]) => ({
    name,
    wallSeconds: spreadOf(runs.map(({ wallSeconds }) => wallSeconds)),
    cpuSeconds: spreadOf(runs.map(({ cpuSeconds }) => cpuSeconds)),
    peakMebibytes: spreadOf(runs.map(({ peakMebibytes }) => peakMebibytes)),
  }))
  const ours = figures[0]
  const ratios = figures.map(({ name, wallSeconds, cpuSeconds }) => ({
    name,
    wall: rounded((ours?.wallSeconds.median ?? 0) / wallSeconds.median),
    cpu: rounded((ours?.cpuSeconds.median ?? 0) / cpuSeconds.median),
  }))
  console.log(`\none recording of ${mebibytes} MiB: median (range), and callvault's share of it`)
  console.table(
    figures.map(({ name, wallSeconds, cpuSeconds, peakMebibytes }, index) => ({
      program: name,
      'wall s': inWords(wallSeconds),
      'CPU s': inWords(cpuSeconds),
      'peak MiB': inWords(peakMebibytes),
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
