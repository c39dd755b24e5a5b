/** What still goes wrong with a call, in order, each kind so many times. */
export interface Faults<Kind extends string> {
  /** The next one, used up by being taken; undefined once all is well. */
  take(): Kind | undefined
  areLeft(): boolean
}

export function createFaults<Kind extends string>(plan: readonly (readonly [Kind, number | undefined])[]): Faults<Kind> {
  const remaining = plan.map(([kind, times = 0]) => ({ kind, times }))
  const next = () => remaining.find(({ times }) => times > 0)

  return {
    areLeft: () => next() !== undefined,
    take() {
      const fault = next()
      if (fault !== undefined) fault.times -= 1
      return fault?.kind
    },
  }
}
