import type { APIGatewayProxyEventV2 } from 'aws-lambda'

export interface HttpRequest {
  readonly method: string
  /** With its scheme and host. */
  readonly url: string
  readonly headers: Readonly<Record<string, string | undefined>>
  readonly body: Uint8Array
}

const ROUTE = /^\/events\/([^/]+)(?:\/([^/]+))?$/
/** Of these API Gateway hands the body over as text; of all others in base64. */
const TEXT = /^(text\/[^;]*|application\/(json|javascript|xml)) *(;|$)/i

/** What an HTTP API of API Gateway makes of a request, payload format 2.0; undefined where none of its routes takes it. */
export function gatewayEventOf({ method, url, headers, body }: HttpRequest): APIGatewayProxyEventV2 | undefined {
  const { host, pathname, search } = new URL(url)
  const rawPath = decoded(pathname)
  const [, source, token] = ROUTE.exec(rawPath) ?? []
  if (method !== 'POST' || source === undefined) return undefined

  const isText = TEXT.test(headers['content-type'] ?? '')
  const routeKey = token === undefined ? 'POST /events/{source}' : 'POST /events/{source}/{token}'
  return {
    version: '2.0',
    routeKey,
    rawPath,
    rawQueryString: search.slice(1),
    headers: Object.fromEntries(Object.entries(headers).flatMap(([name, value]) => (value === undefined ? [] : [[name, value]]))),
    pathParameters: { source, ...(token !== undefined && { token }) },
    requestContext: {
      accountId: '123456789012',
      apiId: 'abc123',
      domainName: host,
      domainPrefix: 'abc123',
      http: { method, path: rawPath, protocol: 'HTTP/1.1', sourceIp: '192.0.2.1', userAgent: 'test' },
      requestId: 'JKJaXmPLvHcESHA=',
      routeKey,
      stage: '$default',
      time: '03/Mar/2026:14:24:00 +0000',
      timeEpoch: 1_772_547_840_000,
    },
    ...(body.length > 0 && { body: Buffer.from(body).toString(isText ? 'utf8' : 'base64') }),
    isBase64Encoded: body.length > 0 && !isText,
  }
}

function decoded(path: string): string {
  try {
    return decodeURIComponent(path)
  } catch {
    return path
  }
}
