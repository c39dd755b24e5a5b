import { randomUUID } from 'node:crypto'
import type { PutOptions, SizedContent } from '#core/ports/archive-store'
import type { Retention } from '#core/retention'
import { inPieces } from '#test/support/pieces'

export const newKey = () => `media/organization=contract/year=2026/month=11/day=24/${randomUUID()}/1/recording.wav`

export const putOptions = (): PutOptions => ({
  mediaType: 'audio/wav',
  retention: locked(daysFromNow(2)),
  signal: AbortSignal.timeout(25_000),
})

export const asBytes = (content: Buffer): SizedContent => ({ bytes: content.length, body: content })

export const asStream = (content: Buffer): SizedContent => ({ bytes: content.length, body: inPieces(content) })

export const locked = (retainUntil: Date): Retention => ({ mode: 'GOVERNANCE', retainUntil, policy: 'contract' })

/** A midnight, as retain-until dates always are. */
export function daysFromNow(days: number): Date {
  const day = 86_400_000
  return new Date(Math.ceil(Date.now() / day) * day + days * day)
}
