import { InvalidArgumentError } from 'commander'

const wholeNumber = (most: number) => (text: string) => {
  const count = Number(text)
  if (!Number.isInteger(count) || count < 1 || count > most)
    throw new InvalidArgumentError(`It has to be a whole number from 1 to ${most}.`)
  return count
}

export const parseCount = wholeNumber(1_000)
export const parseLimit = wholeNumber(1_000_000)
export const parseMinutes = wholeNumber(720)

/** E.164, as the catalog has numbers; spaces, dots, hyphens and brackets are for people. */
export function parsePhone(text: string): string {
  const number = text.replaceAll(/[\s.()-]/g, '')
  if (!/^\+[1-9]\d{1,14}$/.test(number)) throw new InvalidArgumentError('A number is written with its country: +1 514 555 0123.')
  return number
}

const SECONDS_OF = { m: 60, h: 3_600, d: 86_400 } as const

/** `90m`, `12h`, `2d`, in seconds. */
export function parseAge(text: string): number {
  const [, count, unit] = /^([1-9]\d{0,4})([mhd])$/.exec(text) ?? []
  if (unit === undefined) throw new InvalidArgumentError('An age is written 90m, 12h or 2d.')
  return Number(count) * SECONDS_OF[unit as keyof typeof SECONDS_OF]
}

/** A place in the archive, as an interrupted run names it: everything of any other form would be behind nothing, or behind all. */
export function parsePlace(text: string): string {
  if (!/^organization=[^/]+\/year=\d{4}\/month=\d\d\/day=\d\d$/.test(text))
    throw new InvalidArgumentError('A place is written organization=org_1/year=2026/month=03/day=01, as the interrupted run said it.')
  return text
}
