/** Acts after so many seconds, unless what it returns is called before. */
export type After = (seconds: number, act: () => void) => () => void
