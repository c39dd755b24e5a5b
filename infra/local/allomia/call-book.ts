import type { CallDescription } from './call-script.ts'
import { createFaults, type Faults } from './faults.ts'
import { type InventedCalls, type InventedQuery, inventedCallOf, inventedCallsIn } from './invented-calls.ts'

/** A call as the simulator holds it: what was told, and what of its script is still to come. */
export interface BookedCall {
  readonly description: CallDescription
  /** When this description came, in milliseconds: what the script's waits are counted from. */
  readonly addedAt: number
  /** When the call's id was first heard of: what its invented times are counted from. */
  readonly bornAt: number
  readonly apiFaults: Faults<'throttled' | 'failing' | 'unreadable'>
  readonly recordingFaults: Faults<'html' | 'truncated'>
}

export interface CallBook {
  /** Adds a call, or replaces it: the script starts anew, the invented times stay, so that only what was told anew differs. */
  add(description: CallDescription): BookedCall
  get(callId: string): BookedCall | undefined
  all(): readonly BookedCall[]
  /** Of an organization whose calls are invented: a part of those asked for, and how many they are. Undefined: it has none such. */
  invented(
    organizationId: string,
    query: InventedQuery,
    skip: number,
    take: number,
  ): { readonly total: number; readonly calls: readonly BookedCall[] } | undefined
  /** True where the record exists by now; until then nobody sees it. */
  hasAppeared(call: BookedCall): boolean
  /** True where its recording exists by now. */
  hasRecording(call: BookedCall): boolean
}

export function createCallBook(now: () => number, invented: readonly InventedCalls[] = []): CallBook {
  const calls = new Map<string, BookedCall>()
  const passed = (call: BookedCall, seconds = 0) => now() - call.addedAt >= seconds * 1_000

  return {
    add(description) {
      const call = book(description, now(), calls.get(description.id)?.bornAt)
      calls.set(description.id, call)
      return call
    },
    get: (callId) => calls.get(callId) ?? inventedOnes(callId)[0],
    all: () => [...calls.values()],
    invented: (organizationId, query, skip, take) => {
      const one = invented.find((each) => each.organizationId === organizationId)
      if (one === undefined) return undefined
      const { total, descriptions } = inventedCallsIn(one, query, skip, take)
      return { total, calls: descriptions.map((description) => book(description, 0)) }
    },
    hasAppeared: (call) => passed(call, call.description.script?.recordNotFoundForSeconds),
    hasRecording: (call) => isRecorded(call.description) && passed(call, call.description.script?.recordingAfterSeconds),
  }

  function inventedOnes(callId: string): BookedCall[] {
    return invented.flatMap((one) => {
      const description = inventedCallOf(one, callId)
      return description === undefined ? [] : [book(description, 0)]
    })
  }
}

/** True where there is, or will be, something to hear. */
export function isRecorded({ recording, script }: CallDescription): boolean {
  return recording !== null && script?.busy !== true
}

/** True where there is something to read. */
export function isTranscribed({ transcript, script }: CallDescription): boolean {
  return transcript !== null && script?.busy !== true
}

function book(description: CallDescription, addedAt: number, bornAt = addedAt): BookedCall {
  const { throttled, failing, unreadable, htmlPages, truncated } = description.script ?? {}
  return {
    description,
    addedAt,
    bornAt,
    apiFaults: createFaults([
      ['throttled', throttled],
      ['failing', failing],
      ['unreadable', unreadable],
    ]),
    recordingFaults: createFaults([
      ['html', htmlPages],
      ['truncated', truncated],
    ]),
  }
}
