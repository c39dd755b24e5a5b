/** The signal among a port call's arguments, itself or in its options. */
export const signalOf = (args: readonly unknown[]): AbortSignal | undefined => args.map(signalIn).find((signal) => signal !== undefined)

const signalIn = (value: unknown): AbortSignal | undefined => {
  if (value instanceof AbortSignal) return value
  return typeof value === 'object' && value !== null && 'signal' in value && value.signal instanceof AbortSignal ? value.signal : undefined
}

/** A request that its worker gave up may take effect all the same: the other side knows nothing of signals. */
export const withoutSignal = (value: unknown): unknown => {
  if (value instanceof AbortSignal) return NEVER
  return typeof value === 'object' && value !== null && signalIn(value) ? { ...value, signal: NEVER } : value
}

const NEVER = new AbortController().signal
