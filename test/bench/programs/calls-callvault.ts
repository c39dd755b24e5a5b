import { callsOrder } from './order.ts'

/** Calls by the function as it is deployed: its bundle, fed as SQS feeds it. */
async function main(): Promise<void> {
  const { handler } = await import(callsOrder.bundle)
  for (let first = 0; first < callsOrder.calls; first += callsOrder.batchSize) {
    const ids = Array.from({ length: Math.min(callsOrder.batchSize, callsOrder.calls - first) }, (_, index) => `call_${first + index}`)
    const deadline = Date.now() + 300_000
    const context = { functionName: 'bench', awsRequestId: 'bench', getRemainingTimeInMillis: () => deadline - Date.now() }
    const { batchItemFailures } = await handler({ Records: ids.map(recordFor) }, context)
    if (batchItemFailures.length > 0) throw new Error(`${batchItemFailures.length} messages came back`)
  }
}

const recordFor = (callId: string) => ({
  messageId: callId,
  body: JSON.stringify({
    version: 1,
    trigger: 'event',
    callId,
    source: 'bench',
    receivedAt: new Date().toISOString(),
    requestId: callId,
  }),
})

main().then(
  () => process.exit(0),
  (error: unknown) => {
    console.error(error)
    process.exit(1)
  },
)
