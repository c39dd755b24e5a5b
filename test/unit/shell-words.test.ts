import { expect, it } from 'vitest'
import { curlRequest } from '../support/shell-words.ts'

it('sends a body as curl does: a form that is posted, where nothing else is said', async () => {
  const { method, headers } = await curlRequest(`curl 'https://example.org/events/crm' -d '{"callId":"call_1"}'`)

  expect([method, headers.get('content-type')]).toEqual(['POST', 'application/x-www-form-urlencoded'])
})

it('sends what the command line says', async () => {
  const request = await curlRequest(`curl -X PUT 'https://example.org/a' -H 'content-type: application/json' -H 'x-token: t' -d '{}'`)

  expect([request.method, request.headers.get('content-type'), request.headers.get('x-token'), await request.text()]).toEqual([
    'PUT',
    'application/json',
    't',
    '{}',
  ])
})
