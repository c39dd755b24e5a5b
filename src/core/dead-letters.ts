import { asCallvaultError } from '#core/errors'
import type { CallQueue } from '#core/ports/call-queue'
import type { DeadLetter, DeadLetters } from '#core/ports/dead-letters'
import { QueueMessageUnreadableError } from '#core/queue-errors'
import { parseQueueMessage, type QueueMessage } from '#core/queue-message'

export interface DeadLetterPorts {
  readonly deadLetters: DeadLetters
  readonly queue: CallQueue
}

/** A letter as an operator sees it: a message, or why it is none. */
export type ReadLetter = Pick<DeadLetter, 'id' | 'body' | 'sentAt'> & ({ readonly message: QueueMessage } | { readonly problem: string })

export interface SentBack {
  readonly sentBack: number
  /** They stay where they are: what cannot be read comes back again. */
  readonly unreadable: readonly ReadLetter[]
}

/** Longer than a look takes, shorter than a second one is put off for. */
const HIDDEN_SECONDS = 60
const LETTERS_AT_ONCE = 10

/** Reads up to `limit` dead letters. They are out of sight for a minute, so that no letter is read twice. */
export async function readDeadLetters(
  { deadLetters }: Pick<DeadLetterPorts, 'deadLetters'>,
  limit: number,
): Promise<readonly ReadLetter[]> {
  const read: ReadLetter[] = []
  while (read.length < limit) {
    const letters = await deadLetters.take(Math.min(limit - read.length, LETTERS_AT_ONCE), HIDDEN_SECONDS)
    if (letters.length === 0) return read
    read.push(...letters.map(readLetter))
  }
  return read
}

/**
 * Sends up to `limit` dead letters that can be read back to the queue of calls.
 *
 * take -> send -> remove
 * A crash before the last step leaves a letter that is sent twice, which a claim makes harmless.
 * @throws {QueueUnavailableError} what was not sent back is still there
 */
export async function sendBackDeadLetters({ deadLetters, queue }: DeadLetterPorts, limit: number): Promise<SentBack> {
  const unreadable: ReadLetter[] = []
  let sentBack = 0
  while (sentBack + unreadable.length < limit) {
    const letters = await deadLetters.take(Math.min(limit - sentBack - unreadable.length, LETTERS_AT_ONCE), HIDDEN_SECONDS)
    if (letters.length === 0) break
    for (const letter of letters) {
      const read = readLetter(letter)
      if ('problem' in read) {
        unreadable.push(read)
        continue
      }
      await queue.send(read.message)
      await deadLetters.remove(letter)
      sentBack += 1
    }
  }
  return { sentBack, unreadable }
}

function readLetter({ id, body, sentAt }: DeadLetter): ReadLetter {
  try {
    return { id, body, sentAt, message: parseQueueMessage(body) }
  } catch (error) {
    if (error instanceof QueueMessageUnreadableError) return { id, body, sentAt, problem: error.message }
    throw asCallvaultError(error)
  }
}
