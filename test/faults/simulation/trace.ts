import { CallvaultError } from '#core/errors'
import type { PortCall } from './port-calls.ts'
import type { Scheduler } from './scheduler.ts'

/** What happened, a line a step. Written only where someone reads it: most runs are not told. */
export interface Trace {
  note(who: string, what: string): void
  port(call: PortCall, what: string): void
  effect(call: PortCall, answer: { readonly value: unknown } | { readonly error: unknown }): void
  lines(): readonly string[]
}

export function createTrace(scheduler: Scheduler, isWanted: boolean): Trace {
  const lines: string[] = []
  const note = (who: string, what: string) => void (isWanted && lines.push(`t=+${clock(scheduler.seconds())} ${who} ${what}`))
  return {
    note,
    port: (call, what) => isWanted && note(call.actor.label, `${call.operation} ${subjectOf(call)} -> ${what}`),
    effect: (call, answer) => isWanted && note(call.actor.label, `${call.operation} ${subjectOf(call)} -> ${answerOf(call, answer)}`),
    lines: () => lines,
  }
}

function clock(seconds: number): string {
  const two = (value: number) => String(Math.floor(value)).padStart(2, '0')
  return `${two(seconds / 3_600)}:${two((seconds / 60) % 60)}:${two(seconds % 60)}`
}

function subjectOf({ operation, args, actor }: PortCall): string {
  const [first, second] = args
  if (operation === 'catalog.write') return `${actor.subject} f${field(first, 'fence')} ${rowOf(second)}`
  if (operation === 'catalog.claim') return `${actor.subject} by ${field(first, 'trigger')}`
  if (operation === 'catalog.hold') return String(field(first, 'callId'))
  if (operation.startsWith('queue.')) return Array.isArray(first) ? `${first.length} message(s)` : ''
  if (typeof first === 'string') return first.split('?', 1)[0] ?? first
  return String(field(first, 'key') ?? '')
}

function rowOf(row: unknown): string {
  const dueAt = field(field(row, 'next'), 'dueAt')
  const next = dueAt instanceof Date ? `due ${dueAt.toISOString().slice(5, 19)} to ${field(field(row, 'next'), 'reason')}` : 'not due'
  return `${field(row, 'state')} r${field(field(row, 'committed'), 'revision') ?? 0} ${field(row, 'lastErrorCode') ?? ''} ${next}`
}

function answerOf({ operation }: PortCall, answer: { readonly value: unknown } | { readonly error: unknown }): string {
  if ('error' in answer) return answer.error instanceof CallvaultError ? answer.error.code : `threw ${String(answer.error)}`
  const { value } = answer
  if (operation === 'catalog.claim')
    return `${field(value, 'kind')}${field(value, 'kind') === 'claimed' ? ` f${field(field(value, 'claim'), 'fence')}` : ''}`
  if (operation === 'archive.read') return value === undefined ? 'nothing there' : 'read'
  if (Array.isArray(value)) return `${value.length}`
  if (typeof value !== 'object' || value === null) return value === undefined ? 'done' : String(value)
  return String(field(value, 'outcome') ?? 'answered')
}

const field = (value: unknown, name: string): unknown =>
  typeof value === 'object' && value !== null ? Reflect.get(value, name) : undefined
