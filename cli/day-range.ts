import { type Command, InvalidArgumentError, Option } from 'commander'
import { UsageError } from '#cli/report-error'

/** As commander reads them. */
export interface DayOptions {
  readonly day?: string
  readonly from?: string
  readonly to?: string
}

/** The one way in which commands take days: whole ones, in UTC, both ends included. */
export const withDays = (command: Command): Command =>
  command
    .addOption(new Option('--day <day>', 'this day alone, YYYY-MM-DD in UTC').argParser(parseDay).conflicts(['from', 'to']))
    .addOption(new Option('--from <day>', 'from this day on, YYYY-MM-DD in UTC').argParser(parseDay))
    .addOption(new Option('--to <day>', 'up to this day and with it').argParser(parseDay))

/** Either end may be open. @throws {UsageError} it ends before it begins */
export function daysIn({ day, from = day, to = day }: DayOptions): { readonly from: string | undefined; readonly to: string | undefined } {
  if (from !== undefined && to !== undefined && from > to) throw new UsageError(`--from ${from} is after --to ${to}.`)
  return { from, to }
}

/** Both ends, or undefined where no day is named. @throws {UsageError} one end alone, or it ends before it begins */
export function closedDaysIn(options: DayOptions): { readonly fromDay: string; readonly toDay: string } | undefined {
  const { from, to } = daysIn(options)
  if (from === undefined && to === undefined) return undefined
  if (from === undefined || to === undefined) throw new UsageError('--from and --to want each other; --day names one alone.')
  return { fromDay: from, toDay: to }
}

/** `YYYY-MM-DD` */
function parseDay(text: string): string {
  const isDay = /^\d{4}-\d{2}-\d{2}$/.test(text) && new Date(`${text}T00:00:00Z`).toJSON()?.slice(0, 10) === text
  if (!isDay) throw new InvalidArgumentError('A day is written YYYY-MM-DD, such as 2026-03-03.')
  return text
}
