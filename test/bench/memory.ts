import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { bundledProgram } from './bundled-program.ts'
import { startCallWorld } from './call-world.ts'
import { type BenchOptions, printBars, rounded } from './figures.ts'
import { measuredRun } from './measured-run.ts'
import { writeRecording } from './media-source.ts'

const SIZES_MIB = { quick: [64, 512], full: [64, 512, 2_048, 4_096] }
/** Of a batch of ten at once. */
const BATCH_SIZE_MIB = 256
const BAR_MIB = 160

/** The most memory that archive-call ever has resident, with one recording of each size. */
export async function benchMemory({ directory, isQuick, sizes = isQuick ? SIZES_MIB.quick : SIZES_MIB.full }: BenchOptions) {
  const world = await startCallWorld(directory)
  try {
    await writeFile(join(directory, 'call.txt'), 'Agent : bonjour, ici la clinique.\n')
    const program = await bundledProgram('calls-callvault', directory)
    const { bundle, bucket, table, direct } = world
    const figures = []
    for (const [calls, mebibytes] of [...sizes.map((size) => [1, size] as const), [10, BATCH_SIZE_MIB] as const]) {
      const order = JSON.stringify({ calls, batchSize: calls, bundle, bucket, table, api: direct.api })
      await writeRecording(directory, 'large.wav', mebibytes * 1_024 ** 2)
      await world.renew('large.wav', direct)
      const cost = await measuredRun([process.execPath, program], { ...(await world.environment(direct)), BENCH_ORDER: order })
      if ((await world.objects()) !== 4 * calls) throw new Error(`a recording of ${mebibytes} MiB was not archived`)
      figures.push({
        calls,
        mebibytes,
        peakMebibytes: rounded(cost.peakMebibytes),
        cpuSeconds: rounded(cost.cpuSeconds),
        wallSeconds: rounded(cost.wallSeconds),
      })
    }
    console.log('\narchive-call with one recording, and with ten at once: the most it had resident')
    console.table(figures)
    printBars([{ what: 'peak MiB, any size', most: BAR_MIB, measured: Math.max(...figures.map(({ peakMebibytes }) => peakMebibytes)) }])
    return figures
  } finally {
    await world.stop()
  }
}
