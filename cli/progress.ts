import { clearLine, cursorTo } from 'node:readline'
import { bytesText, durationText } from './wording.ts'

export interface ProgressOptions {
  readonly stream: NodeJS.WriteStream
  /** `calls` */
  readonly unit: string
  readonly isShown: boolean
  readonly now: () => number
}

export interface Progress {
  readonly isShown: boolean
  /** As soon as it is known how much there is. */
  expect(total: number): void
  advance(count: number, bytes: number): void
  /** Takes the line away, for something that is written in its place; the next advance draws it again. */
  hide(): void
}

const DRAW_EVERY_MS = 100
const BAR_WIDTH = 24

/** One line on a terminal: how much of how much, how fast, how long still. */
export function createProgress({ stream, unit, isShown, now }: ProgressOptions): Progress {
  const startedAt = now()
  let [done, bytes, drawnAt, isDrawn] = [0, 0, 0, false]
  let total: number | undefined

  function line(): string {
    const seconds = Math.max((now() - startedAt) / 1_000, 0.001)
    const rate = `${Math.round(done / seconds)} ${unit}/s, ${bytesText(bytes / seconds)}/s`
    if (total === undefined || total < done) return `${done} ${unit}, ${rate}`
    const filled = total === 0 ? BAR_WIDTH : Math.round((BAR_WIDTH * done) / total)
    const left = done === 0 ? '' : `, ${durationText(((total - done) * seconds) / done)} left`
    return `${'#'.repeat(filled)}${'-'.repeat(BAR_WIDTH - filled)} ${done} of ${total} ${unit}, ${rate}${left}`
  }

  return {
    isShown,
    expect(count) {
      total = count
    },
    advance(count, moreBytes) {
      done += count
      bytes += moreBytes
      if (!isShown || now() - drawnAt < DRAW_EVERY_MS) return
      drawnAt = now()
      cursorTo(stream, 0)
      stream.write(line().slice(0, stream.columns))
      clearLine(stream, 1)
      isDrawn = true
    },
    hide() {
      if (!isDrawn) return
      cursorTo(stream, 0)
      clearLine(stream, 0)
      isDrawn = false
    },
  }
}
