import type { ClockReading } from '#core/doctor/judge-clocks'

/** What of a command of any client of the SDK is used here. */
interface WatchedCommand {
  readonly middlewareStack: {
    add(
      middleware: (next: (args: never) => Promise<unknown>) => (args: never) => Promise<unknown>,
      options: { step: 'deserialize'; name: string },
    ): void
  }
}

/** Has a command hear what time the answer says it is, beside what it was asked for. */
export function listeningFor<T extends object>(command: T, now: () => Date, hear: (reading: ClockReading) => void): T {
  const { middlewareStack } = command as T & WatchedCommand
  middlewareStack.add(
    (next) => async (args) => {
      const askedAt = now()
      const result = await next(args)
      const { response } = result as { response: { headers?: Record<string, string> } }
      const saidAt = new Date(response.headers?.date ?? '')
      if (!Number.isNaN(saidAt.getTime())) hear({ askedAt, answeredAt: now(), saidAt })
      return result
    },
    { step: 'deserialize', name: 'listenForTime' },
  )
  return command
}
