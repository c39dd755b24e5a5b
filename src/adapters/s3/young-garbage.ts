import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'

/** Short of what makes V8 mark the whole heap, by an order of magnitude. */
const EVERY_BYTES = 8 * 1_024 ** 2

/** Is told of bytes that passed. */
export type YoungGarbage = (bytes: number) => void

/**
 * Has the buffers freed that bodies passed in, before they add up.
 *
 * Each read of a socket is a buffer of its own outside V8's heap, dead a moment later. V8 sees little garbage on its heap, lets them
 * pile up to 64 MB, and then marks everything: a quarter of the copy's CPU, and most of its memory. A collection of the young
 * generation alone takes a millisecond and frees them too. Where this runtime offers none, it all works without.
 */
export function createYoungGarbage(collect = minorCollection()): YoungGarbage {
  let passedBytes = 0
  return (bytes) => {
    passedBytes += bytes
    if (passedBytes < EVERY_BYTES) return
    passedBytes = 0
    collect()
  }
}

function minorCollection(): () => void {
  try {
    setFlagsFromString('--expose-gc')
    const gc: unknown = runInNewContext('gc')
    return typeof gc === 'function' ? () => void gc({ type: 'minor' }) : () => {}
  } catch {
    return () => {}
  }
}
