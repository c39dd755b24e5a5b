import type { Exchange } from '#adapters/allomia/exchange'
import type { ClockReading } from '#core/doctor/judge-clocks'

/** Hears what time each answer of the API says it is, whatever else it says. */
export const timed = (exchange: Exchange, now: () => Date, hear: (reading: ClockReading) => void): Exchange =>
  async function timedExchange(url, authorization, signal) {
    const askedAt = now()
    const answer = await exchange(url, authorization, signal)
    const saidAt = new Date(answer.headers.date ?? '')
    if (!Number.isNaN(saidAt.getTime())) hear({ askedAt, answeredAt: now(), saidAt })
    return answer
  }
