import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { bundledProgram } from './bundled-program.ts'
import { type CallWorld, type Places, startCallWorld } from './call-world.ts'
import { type BenchOptions, type Cost, inWords, printBars, rounded, spreadOf } from './figures.ts'
import { measuredRun } from './measured-run.ts'
import { writeRecording } from './media-source.ts'

const RECORDING_BYTES = 2_000_000
const LATENCY_MILLISECONDS = 20
/** What each program stores of a call: callvault's record and manifest are two more. */
const OBJECTS = { callvault: 4, naive: 2 } as const
const NAMES = ['callvault', 'naive'] as const

/** Small calls through batches of ten, beside a loop that does one thing after the other, with and without a network's latency. */
export async function benchSmallCalls({ directory, isQuick }: BenchOptions) {
  const [calls, rounds] = isQuick ? [40, 1] : [200, 5]
  const world = await startCallWorld(directory)
  await writeRecording(directory, 'call.wav', RECORDING_BYTES)
  await writeFile(join(directory, 'call.txt'), 'Agent : bonjour, ici la clinique.\n'.repeat(100))
  const programs = { callvault: await bundledProgram('calls-callvault', directory), naive: await bundledProgram('calls-naive', directory) }
  try {
    const direct = await compare('no latency', world.direct, () => undefined)
    const proxied = await world.behindProxies(LATENCY_MILLISECONDS)
    const slow = await compare(`${LATENCY_MILLISECONDS} ms before every request`, proxied.places, proxied.counts)
    await proxied.close()
    printBars([
      { what: 'wall / naive, with latency', most: rounded(1 / 6), measured: slow.wallRatio },
      { what: 'wall / naive, without', most: 0.5, measured: direct.wallRatio },
      { what: 'CPU / naive, without', most: 0.6, measured: direct.cpuRatio },
    ])
    return { calls, rounds, direct, slow }
  } finally {
    await world.stop()
  }

  async function compare(how: string, places: Places, counts: () => Readonly<Record<string, number>> | undefined) {
    const costs: Record<(typeof NAMES)[number], Cost[]> = { callvault: [], naive: [] }
    const requests: Record<string, unknown> = {}
    for (let round = 0; round < rounds; round += 1) {
      for (const name of round % 2 === 0 ? NAMES : NAMES.toReversed()) {
        const before = counts()
        costs[name].push(await runOnce(world, name, programs[name], calls, places))
        requests[name] = perCall(before, counts(), calls)
      }
    }
    return tell(how, calls, costs, requests)
  }
}

async function runOnce(world: CallWorld, name: keyof typeof OBJECTS, program: string, calls: number, places: Places): Promise<Cost> {
  await world.renew('call.wav', places)
  const { bundle, bucket, table } = world
  const order = { calls, batchSize: 10, bundle, bucket, table, api: places.api }
  const environment = await world.environment(places)
  const cost = await measuredRun([process.execPath, program], { ...environment, BENCH_ORDER: JSON.stringify(order) })
  const objects = await world.objects()
  if (objects !== OBJECTS[name] * calls) throw new Error(`${name} stored ${objects} objects of ${calls} calls`)
  return cost
}

const perCall = (before: Readonly<Record<string, number>> = {}, after: Readonly<Record<string, number>> = {}, calls: number) =>
  Object.fromEntries(Object.entries(after).map(([place, count]) => [place, rounded((count - (before[place] ?? 0)) / calls)]))

function tell(
  how: string,
  calls: number,
  costs: Readonly<Record<(typeof NAMES)[number], readonly Cost[]>>,
  requests: Readonly<Record<string, unknown>>,
) {
  const figures = NAMES.map((name) => ({
    name,
    wallSeconds: spreadOf(costs[name].map(({ wallSeconds }) => wallSeconds)),
    cpuSeconds: spreadOf(costs[name].map(({ cpuSeconds }) => cpuSeconds)),
    peakMebibytes: spreadOf(costs[name].map(({ peakMebibytes }) => peakMebibytes)),
    requestsPerCall: requests[name],
  }))
  console.log(`\n${calls} calls with a recording of 2 MB, ${how}: median (range)`)
  console.table(
    figures.map(({ name, wallSeconds, cpuSeconds, peakMebibytes, requestsPerCall }) => ({
      program: name,
      'wall s': inWords(wallSeconds),
      'CPU s': inWords(cpuSeconds),
      'peak MiB': inWords(peakMebibytes),
      'requests a call': JSON.stringify(requestsPerCall),
    })),
  )
  const ratio = (of: 'wallSeconds' | 'cpuSeconds') => rounded((figures[0]?.[of].median ?? 0) / (figures[1]?.[of].median ?? 0))
  return { figures, wallRatio: ratio('wallSeconds'), cpuRatio: ratio('cpuSeconds') }
}
