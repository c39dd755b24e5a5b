import { CallvaultError } from '#core/errors'

/** The queue did not take a message: the sender is told to try again. */
export class QueueUnavailableError extends CallvaultError {
  readonly code = 'QUEUE_UNAVAILABLE'
  readonly disposition = 'retry'

  constructor(options: { cause?: unknown } = {}) {
    super('the queue did not take the message', options)
  }
}

/** A message that says nothing callvault can act on. The dead-letter queue keeps it. */
export class QueueMessageUnreadableError extends CallvaultError {
  readonly code = 'QUEUE_MESSAGE_UNREADABLE'
  readonly disposition = 'park'

  constructor(what: string) {
    super(`a queue message cannot be read: ${what}`)
  }
}

/** An id that no call can have. At the door it is a 400; in a message it is acknowledged and counted. */
export class CallIdInvalidError extends CallvaultError {
  readonly code = 'CALL_ID_INVALID'
  readonly disposition = 'park'

  constructor(why: string) {
    super(`not a call id: ${why}`)
  }
}

/** DynamoDB refused or did not answer: the message goes back to the queue, since no outcome could be written. */
export class CatalogUnavailableError extends CallvaultError {
  readonly code = 'CATALOG_UNAVAILABLE'
  readonly disposition = 'retry'

  constructor(options: { cause?: unknown } = {}) {
    super('the catalog could not be read or written', options)
  }
}
