import { describe, expect, it } from 'vitest'
import { createYoungGarbage } from '#adapters/s3/young-garbage'

const MIB = 1_024 ** 2

describe('the young garbage', () => {
  it('is collected once for every 8 MiB that passed, in whatever pieces', () => {
    let collections = 0
    const passed = createYoungGarbage(() => {
      collections += 1
    })

    for (let piece = 0; piece < 160; piece += 1) passed(MIB / 8)
    passed(MIB * 5)

    expect(collections).toBe(3)
  })

  it('is gone with its buffers on this runtime', async () => {
    const passed = createYoungGarbage()
    passed(8 * MIB)
    const before = process.memoryUsage().arrayBuffers
    allocateAndDrop()
    const [piledUp] = [process.memoryUsage().arrayBuffers - before, passed(8 * MIB)]

    expect(piledUp).toBeGreaterThan(7 * MIB)
    // Another thread frees them.
    await expect.poll(() => process.memoryUsage().arrayBuffers - before, { timeout: 5_000 }).toBeLessThan(2 * MIB)
  })
})

function allocateAndDrop(): void {
  for (let count = 0; count < 128; count += 1) new ArrayBuffer(64 * 1_024)
}
