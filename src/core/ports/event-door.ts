/** An event as it goes over the wire. */
export interface OutgoingEvent {
  readonly url: string
  readonly headers: Readonly<Record<string, string>>
  readonly body: string
}

export interface DoorAnswer {
  readonly status: number
  /** The JSON that was answered, or its text where it is none. */
  readonly body: unknown
}

/** The stack's own door, seen from the side of a sender. */
export interface EventDoor {
  /**
   * MUST follow no redirect, since a token would go along, and MUST bound time and length of the answer.
   * @throws {EventNotTakenError} retry: no answer
   */
  post(event: OutgoingEvent, signal: AbortSignal): Promise<DoorAnswer>
}
