/** A message that could not be worked five times. */
export interface DeadLetter {
  readonly id: string
  readonly body: string
  readonly sentAt: Date
  /** Only who took it can remove it. */
  readonly receipt: string
}

/** The dead-letter queue. Every implementation passes test/contract/dead-letters.ts. */
export interface DeadLetters {
  /**
   * Takes up to `limit` letters out of the others' sight for so long; then they are there again. Fewer than there are may be
   * given; none: there are none in sight.
   * @throws {QueueUnavailableError}
   */
  take(limit: number, hiddenSeconds: number): Promise<readonly DeadLetter[]>

  /** Removes a letter for good. @throws {QueueUnavailableError} */
  remove(letter: DeadLetter): Promise<void>
}
