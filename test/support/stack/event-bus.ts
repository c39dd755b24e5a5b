/** The bus on which a program in the account announces calls that ended: a plain request, which the local cloud takes unsigned. */
export async function putEvent(endpoint: string, detailType: string, detail: object): Promise<void> {
  const entry = { Source: 'test.crm', DetailType: detailType, Detail: JSON.stringify(detail) }
  const response = await fetch(endpoint, {
    method: 'POST',
    headers: { 'content-type': 'application/x-amz-json-1.1', 'x-amz-target': 'AWSEvents.PutEvents' },
    body: JSON.stringify({ Entries: [entry] }),
    signal: AbortSignal.timeout(30_000),
  })
  const answer = (await response.json()) as { FailedEntryCount?: number }
  if (!response.ok || answer.FailedEntryCount !== 0) throw new Error(`PutEvents was answered ${response.status}: ${JSON.stringify(answer)}`)
}
