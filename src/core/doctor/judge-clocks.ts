import { type Finding, ok, problem, unknown } from '#core/doctor/finding'
import { secondsBetween } from '#core/instants'

/** What another clock said between two moments of this machine's. HTTP tells whole seconds. */
export interface ClockReading {
  readonly askedAt: Date
  readonly answeredAt: Date
  readonly saidAt: Date
}

/** Signatures may be 300 s off and links are used with 120 s left: a clock that takes more than this of either is no clock. */
export const CLOCK_TOLERANCE_SECONDS = 60
const RESOLUTION_SECONDS = 1
const NO_TIME = 'the provider told no time: it was not asked, or did not answer'

interface Lead {
  readonly least: number
  readonly most: number
}

/** This machine's clock against AWS's, by which the functions run; and the provider's against AWS's. */
export function judgeClocks(aws: ClockReading | undefined, provider: ClockReading | undefined): readonly Finding[] {
  if (aws === undefined) {
    const sentence = 'AWS told no time'
    return [unknown('clock', sentence), unknown('provider-clock', provider === undefined ? NO_TIME : sentence)]
  }
  const machine = leadOf(aws)
  const own = judgeLead('clock', "this machine's clock", machine, 'set it by NTP: what is signed here, links and test events, is refused')
  if (provider === undefined) return [own, unknown('provider-clock', NO_TIME)]

  const { least, most } = leadOf(provider)
  const ofProvider = { least: machine.least - most, most: machine.most - least }
  return [
    own,
    judgeLead(
      'provider-clock',
      "the provider's clock",
      ofProvider,
      'tell the provider: its links may be taken for lapsed, or used too late',
    ),
  ]
}

/** How far this machine's clock is ahead of the other one: at least so many seconds, and at most. */
const leadOf = ({ askedAt, answeredAt, saidAt }: ClockReading): Lead => ({
  least: secondsBetween(saidAt, askedAt) - RESOLUTION_SECONDS,
  most: secondsBetween(saidAt, answeredAt),
})

function judgeLead(subject: 'clock' | 'provider-clock', whose: string, { least, most }: Lead, next: string): Finding {
  const surely = least > 0 ? least : Math.min(most, 0)
  const seconds = Math.round(Math.abs(surely))
  if (Math.abs(surely) <= CLOCK_TOLERANCE_SECONDS) {
    return ok(subject, seconds === 0 ? `${whose} agrees with AWS's` : `${whose} is ${seconds} s off AWS's, which does no harm`)
  }
  return problem(subject, `${whose} is ${seconds} s ${surely > 0 ? 'ahead of' : 'behind'} AWS's`, next)
}
