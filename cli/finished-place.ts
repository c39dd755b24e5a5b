/**
 * Knows behind which partition an interrupted walk can go on: the last of which every call was seen. Calls come in the order of keys:
 * where another partition begins, the one before is done with.
 */
export function createFinishedPlace() {
  let partition: string | undefined
  let finished: string | undefined

  return {
    see(next: string | undefined): void {
      // A stray stands in no partition, between the calls of one.
      if (next === undefined) return
      if (next !== partition) finished = partition
      partition = next
    },
    finished: () => finished,
    /** What a person is told who has to go on. Undefined: from the beginning. */
    sentence: () => (finished === undefined ? undefined : `ended early; --after ${finished} goes on behind what is done`),
  }
}
