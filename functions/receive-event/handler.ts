import { injectLambdaContext } from '@aws-lambda-powertools/logger/middleware'
import { logMetrics } from '@aws-lambda-powertools/metrics/middleware'
import middy from '@middy/core'
import type { APIGatewayProxyEventV2, APIGatewayProxyStructuredResultV2 } from 'aws-lambda'
import type { composeReceiveEvent } from '#compose'
import { type IncomingEvent, MAX_BODY_BYTES, type Reception } from '#core/receive-event'

/** `POST /events/{source}` and `POST /events/{source}/{token}`: translates between HTTP and {@link Reception}. */
export const createHandler = ({ receiveEvent, log, metrics }: ReturnType<typeof composeReceiveEvent>) =>
  middy<APIGatewayProxyEventV2, APIGatewayProxyStructuredResultV2>()
    .use(injectLambdaContext(log))
    .use(logMetrics(metrics))
    .handler(async (request) => {
      const reception = await receiveEvent(eventOf(request))

      metrics.addMetric(`Event.${reception.kind}`, 'Count', 1)
      log.info('event', { reception: reception.kind, source: isKnown(reception) ? request.pathParameters?.source : undefined })
      if (reception.kind === 'not-queued') {
        metrics.addMetric(`Error.${reception.error.code}`, 'Count', 1)
        metrics.addMetric('Trouble', 'Count', 1)
        log.error(reception.error.message, { code: reception.error.code })
      }
      if (reception.kind === 'not-authentic') {
        metrics.addMetric(`Refused.${reception.cause}`, 'Count', 1)
        log.debug('event not authentic', { cause: reception.cause })
      }
      return answerTo(reception)
    })

const eventOf = (request: APIGatewayProxyEventV2): IncomingEvent => ({
  source: request.pathParameters?.source ?? '',
  method: request.requestContext.http.method,
  url: `https://${request.requestContext.domainName}${request.rawPath}${request.rawQueryString && `?${request.rawQueryString}`}`,
  pathToken: request.pathParameters?.token,
  headers: Object.fromEntries(Object.entries(request.headers).map(([name, value]) => [name.toLowerCase(), value])),
  body: bytesOf(request),
  requestId: request.requestContext.requestId,
})

/** The exact bytes; of a body that is too large no more than shows it. Four letters of base64 are three bytes, a character at least one. */
function bytesOf({ body = '', isBase64Encoded }: APIGatewayProxyEventV2): Buffer {
  const enough = isBase64Encoded ? Math.ceil((MAX_BODY_BYTES + 1) / 3) * 4 : MAX_BODY_BYTES + 1
  return Buffer.from(body.slice(0, enough), isBase64Encoded ? 'base64' : 'utf8')
}

/** What stands in an unknown path may be anything, a token too: it is not logged. */
function isKnown(reception: Reception): boolean {
  if (reception.kind === 'not-queued') return reception.isSourceKnown
  return reception.kind !== 'unknown-source' && reception.kind !== 'too-large'
}

function answerTo(reception: Reception): APIGatewayProxyStructuredResultV2 {
  switch (reception.kind) {
    case 'queued':
      return json(202, { status: 'queued' })
    case 'ignored':
      return json(202, { status: 'ignored', reason: reception.reason })
    case 'challenged':
      return json(200, reception.answer)
    case 'malformed':
      return json(400, { error: 'malformed', problem: reception.problem })
    case 'not-authentic':
      return json(401, { error: 'not authentic' })
    case 'unknown-source':
      return json(404, { error: 'unknown source' })
    case 'too-large':
      return json(413, { error: 'too large' })
    case 'not-queued':
      return json(503, { error: 'not queued, send again' })
  }
}

const json = (statusCode: number, body: object): APIGatewayProxyStructuredResultV2 => ({
  statusCode,
  headers: { 'content-type': 'application/json' },
  body: JSON.stringify(body),
})
