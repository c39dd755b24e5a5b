import type { CallProvider } from '#core/ports/call-provider'
import { type FieldMap, parseProviderCall } from '#core/provider-call'
import { CallNotFoundError } from '#core/provider-errors'

export interface MemoryProvider extends CallProvider {
  /**
   * Makes a call known, or changes it. Its links are given out as they are.
   * @param record the answer of `GET /api/calls/{id}`
   */
  setCall(record: Readonly<Record<string, unknown>> & { readonly id: string }): void
  /** The next requests for this call fail with these errors, one each. */
  failNext(callId: string, ...errors: readonly Error[]): void
  /** What was asked for, oldest first. */
  requests(): readonly { readonly callId: string; readonly organizationId: string | undefined }[]
}

export interface MemoryProviderOptions {
  readonly fieldMap?: FieldMap
  readonly clock?: () => Date
}

/** The provider without a network: it knows the calls that it was told. */
export function createMemoryProvider({ fieldMap = {}, clock = () => new Date() }: MemoryProviderOptions = {}): MemoryProvider {
  const bodies = new Map<string, Uint8Array>()
  const errors = new Map<string, Error[]>()
  const requests: { callId: string; organizationId: string | undefined }[] = []

  return {
    setCall: (record) => void bodies.set(record.id, Buffer.from(JSON.stringify(record), 'utf8')),
    failNext: (callId, ...next) => void errors.set(callId, [...(errors.get(callId) ?? []), ...next]),
    requests: () => [...requests],

    async getCall(callId, organizationId, signal) {
      signal.throwIfAborted()
      requests.push({ callId, organizationId })

      const error = errors.get(callId)?.shift()
      if (error !== undefined) throw error
      const body = bodies.get(callId)
      if (body === undefined) throw new CallNotFoundError()
      return {
        call: parseProviderCall(body, fieldMap),
        body,
        contentType: 'application/json',
        host: 'provider.example',
        fetchedAt: clock(),
      }
    },
  }
}
