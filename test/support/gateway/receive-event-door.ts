import type { APIGatewayProxyStructuredResultV2, Context } from 'aws-lambda'
import { parseEventSources } from '#config/event-sources'
import { createReceiveEvent } from '#core/receive-event'
import { createHandler } from '#functions/receive-event/handler'
import { captureTelemetry } from '../captured-telemetry.ts'
import { createMemoryQueue } from '../twins/memory-queue.ts'
import { gatewayEventOf, type HttpRequest } from './gateway-event.ts'

const CONTEXT = { awsRequestId: 'lambda-1', functionName: 'receive-event', getRemainingTimeInMillis: () => 10_000 } as Context

export interface DoorOptions {
  /** The event sources document. */
  readonly sources: object
  readonly now: () => Date
  readonly refuses?: () => boolean
}

export interface Answer {
  readonly status: number
  readonly headers: Readonly<Record<string, string>>
  readonly body: string
}

/** The whole of receive-event as it is deployed, behind what API Gateway does, with a queue and telemetry that the test can read. */
export function createReceiveEventDoor({ sources, now, refuses }: DoorOptions) {
  const document = parseEventSources(JSON.stringify(sources))
  const current = async () => document
  const queue = createMemoryQueue(refuses && { refuses })
  const telemetry = captureTelemetry('receive-event')
  const receiveEvent = createReceiveEvent({ sources: { current, reread: current }, queue, now })
  const handler = createHandler({ receiveEvent, ...telemetry })

  return {
    queue,
    lines: telemetry.lines,
    counted: telemetry.counted,
    async post(request: HttpRequest): Promise<Answer> {
      const event = gatewayEventOf(request)
      if (event === undefined) return { status: 404, headers: { 'content-type': 'application/json' }, body: '{"message":"Not Found"}' }
      const { statusCode = 200, headers, body = '' } = (await handler(event, CONTEXT)) as APIGatewayProxyStructuredResultV2
      return { status: statusCode, headers: headers as Record<string, string>, body }
    },
  }
}
