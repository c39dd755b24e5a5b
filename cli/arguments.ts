import { InvalidArgumentError } from 'commander'

const MOST = 1_000

/** `YYYY-MM-DD` */
export function parseDay(text: string): string {
  const isDay = /^\d{4}-\d{2}-\d{2}$/.test(text) && new Date(`${text}T00:00:00Z`).toJSON()?.slice(0, 10) === text
  if (!isDay) throw new InvalidArgumentError('A day is written YYYY-MM-DD, such as 2026-03-03.')
  return text
}

export function parseCount(text: string): number {
  const count = Number(text)
  if (!Number.isInteger(count) || count < 1 || count > MOST)
    throw new InvalidArgumentError(`It has to be a whole number from 1 to ${MOST}.`)
  return count
}
