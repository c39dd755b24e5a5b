import type { Trigger } from '#core/queue-message'
import type { Waits } from '#core/settings'
import type { Fault } from './faults.ts'

/** Later than anything that happens in a run. */
export const FOREVER = 1e9

/**
 * When every run begins. All times of a plan are seconds from here; what happened before is negative. It is soon before midnight,
 * so that a call's start and end are often of two days, and what locks until a midnight soon locks until the next.
 */
export const EPOCH = new Date('2026-03-02T23:55:00.000Z')

export interface Span {
  readonly from: number
  readonly to: number
}

export type ApiTrouble = 'unauthorized' | 'forbidden' | 'throttled' | 'unavailable' | 'unreadable' | 'not-found'
export type SourceTrouble = 'html' | 'empty' | 'truncated' | 'broken-off' | 'gone' | 'lapsed' | 'unavailable' | 'refused'
/** What of a call changes at the provider. A value that comes back is a content that comes back. */
export type ChangeOf = 'summary' | 'name' | 'transcript' | 'recording' | 'unknown-field'

export interface PlannedArtifact {
  /** Before, and after, the record names no link. */
  readonly link: Span
  /** How the server tells what it sent before: truly, not at all, or truly but without ever answering "unchanged". */
  readonly validators: 'etag' | 'last-modified' | 'none'
  readonly declaresLength: boolean
  readonly troubles: readonly (Span & { readonly what: SourceTrouble })[]
}

export interface PlannedCall {
  readonly id: string
  readonly organizationId: string
  /** Missing: inbound. */
  readonly callType?: 'Outbound'
  readonly startedAt: number
  /** Before, the record has no `callStartedAt`. */
  readonly startKnownFrom: number
  readonly endedAt: number
  /** Of the record; missing: half a minute after the end. */
  readonly createdAt?: number
  readonly endedReason: string
  /** From when the API knows it, and from when it lists it. */
  readonly appearsAt: number
  readonly listedAt: number
  readonly transcript: PlannedArtifact
  readonly recording: PlannedArtifact
  readonly troubles: readonly (Span & { readonly what: ApiTrouble })[]
  readonly changes: readonly { readonly at: number; readonly of: ChangeOf; readonly value: number }[]
}

export interface PlannedMessage {
  readonly at: number
  readonly callId: string
  readonly trigger: Trigger
  /** When each of its copies arrives, in seconds after `at`. */
  readonly delays: readonly number[]
}

/** What the provider announces of an outbound call, under an id that is mostly not the call's. */
export interface PlannedCallback {
  readonly outboundCallId: string
  /** The call that is meant; missing: there is none. */
  readonly about?: string
  readonly organizationId?: string
  /** As it tells it. */
  readonly endedAt?: number
  readonly at: number
  readonly trigger: Trigger
  readonly delays: readonly number[]
}

/** Everything that a run does not decide itself: plain data, so that any part of it can be left out and the rest run again. */
export interface Plan {
  readonly seed: number
  readonly workers: number
  readonly waits: Waits
  readonly calls: readonly PlannedCall[]
  readonly messages: readonly PlannedMessage[]
  readonly callbacks?: readonly PlannedCallback[]
  /** When the archive takes nothing, of anybody. Each refusal is a fault that is met. */
  readonly outages?: readonly Span[]
  /** Minutes in which the schedule does not run, and moments at which it runs once more than it should. */
  readonly schedule: { readonly skips: readonly Span[]; readonly extraRuns: readonly number[] }
  /** When the catalog forgets a call. */
  readonly losses: readonly { readonly at: number; readonly callId: string }[]
  /** Drawn while the run goes, until a moment; or exactly these, by the name of the port call that each befalls. */
  readonly faults: { readonly rate: number; readonly until: number } | { readonly only: readonly Fault[] }
}
