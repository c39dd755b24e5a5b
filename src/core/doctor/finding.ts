/** What is looked at, in the order in which it is told. */
export const SUBJECTS = [
  'region', 'object-lock', 'versioning', 'encryption', 'public-access', 'bucket-policy', 'lifecycle',
  'notifications', 'encryption-key',
  'table', 'table-recovery', 'call-queue', 'dead-letter-queue', 'functions', 'consumer', 'schedule', 'event-rule', 'alarms',
  'alarm-terms', 'alarm-topic',
  'event-sources', 'settings', 'api-key', 'clock', 'provider-clock', 'canary', 'newest-call',
] as const // biome-ignore format: one list

export type Subject = (typeof SUBJECTS)[number]

/** `unknown`: it could not be looked at, so that nothing is known to be right or wrong. */
export type Verdict = 'ok' | 'problem' | 'unknown'

/** One thing that was looked at, and what came of it. */
export interface Finding {
  readonly subject: Subject
  readonly verdict: Verdict
  readonly sentence: string
  /** What a person does about it. */
  readonly next?: string | undefined
  /** Of an error that docs/errors.md explains. */
  readonly code?: string | undefined
}

export const ok = (subject: Subject, sentence: string): Finding => ({ subject, verdict: 'ok', sentence })

export const problem = (subject: Subject, sentence: string, next: string | undefined, code?: string): Finding => ({
  subject,
  verdict: 'problem',
  sentence,
  ...(next !== undefined && { next }),
  ...(code !== undefined && { code }),
})

export const unknown = (subject: Subject, sentence: string, next?: string, code?: string): Finding => ({
  ...problem(subject, sentence, next, code),
  verdict: 'unknown',
})

/** The problems, or where there are none, what is right. */
export const judged = (subject: Subject, right: string, problems: readonly Finding[]): readonly Finding[] =>
  problems.length === 0 ? [ok(subject, right)] : problems

/** Where the handbook says what to do. A test finds each of them in docs/operations.md. */
export const handbook = (section: string) => `docs/operations.md, "${section}"`

/** What somebody changed by hand, and the stack's template has otherwise. */
export const PUT_BACK = handbook('Putting back what was changed')
