// Preloaded into the processes of the deployed functions (NODE_OPTIONS): writes a line for each signed request that leaves one,
// as it leaves it, whatever client made it. Of headers the names; of bodies what the request is about.
const { subscribe } = require('node:diagnostics_channel')
const { appendFileSync } = require('node:fs')

const { CALLVAULT_CALL_RECORD: file, AWS_LAMBDA_FUNCTION_NAME: caller } = process.env
const SUBJECT = ['TableName', 'IndexName', 'QueueUrl', 'SecretId', 'RequestItems']
/** Where a test looks for what must not be in them: messages and tags. */
const OUTGOING = ['MessageBody', 'Entries']

if (file !== undefined && caller !== undefined) {
  subscribe('http.client.request.created', ({ request }) => {
    const end = request.end.bind(request)
    request.end = (...given) => {
      record(request, given[0])
      return end(...given)
    }
  })
}

function record(request, body) {
  const headers = request.getHeaders()
  const [, service] = /Credential=[^/]+\/\d+\/[^/]+\/([^/]+)\/aws4_request/.exec(headers.authorization ?? '') ?? []
  if (service === undefined) return
  const target = headers['x-amz-target']
  const line = {
    caller,
    service,
    method: request.method,
    path: request.path,
    target,
    headers: Object.keys(headers),
    subject: subjectOf(target, body),
    key: keyOf(target, body),
    ...outgoingOf(headers, target, body),
  }
  appendFileSync(file, `${JSON.stringify(line)}\n`)
}

function subjectOf(target, body) {
  if (target === undefined) return {}
  const document = JSON.parse(body)
  const names = Object.fromEntries(SUBJECT.flatMap((name) => (name in document ? [[name, document[name]]] : [])))
  // Of a batch the tables alone: its keys are ids.
  return names.RequestItems ? { TableName: Object.keys(names.RequestItems)[0] } : names
}

/** Of what is put or looked through in the table itself: roles are told which partitions. */
function keyOf(target, body) {
  if (target === undefined) return undefined
  const { Item, IndexName, ExpressionAttributeValues } = JSON.parse(body)
  return (Item?.pk ?? (IndexName === undefined ? ExpressionAttributeValues?.[':pk'] : undefined))?.S
}

/** Only where it was asked for: the permissions need none of it. */
function outgoingOf(headers, target, body) {
  if (process.env.CALLVAULT_RECORD_OUTGOING === undefined) return {}
  const described = Object.entries(headers).filter(([name]) => /^x-amz-(meta-|tagging)/.test(name))
  const document = target === undefined ? {} : JSON.parse(body)
  return { outgoing: [described, OUTGOING.map((name) => document[name])] }
}
