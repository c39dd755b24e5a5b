import { randomUUID } from 'node:crypto'
import { DescribeTableCommand, QueryCommand, UpdateItemCommand } from '@aws-sdk/client-dynamodb'
import { DeleteMessageCommand, ReceiveMessageCommand, SendMessageCommand } from '@aws-sdk/client-sqs'
import { beforeAll, describe, expect, it } from 'vitest'
import { describeWith } from '../support/engines/available.ts'
import { createCatalogTable, createQueue, dynamoDbClientOf, sqsClientOf } from '../support/engines/clients.ts'
import type { AwsEngine } from '../support/engines/engine.ts'

const KEY = { pk: { S: 'call#1' }, sk: { S: 'call' } }

describe('the tables and queues that the contract suites stand on', () => {
  describeWith('ministack', keepsACatalogAndAQueue)
  describeWith('moto', keepsACatalogAndAQueue)
})

function keepsACatalogAndAQueue(engine: AwsEngine): void {
  describe('table', () => {
    const client = dynamoDbClientOf(engine)
    const TableName = `engines-${randomUUID()}`

    beforeAll(() => createCatalogTable(client, TableName))

    it('has the indexes of the template', async () => {
      const { Table } = await client.send(new DescribeTableCommand({ TableName }))

      expect(Table?.GlobalSecondaryIndexes?.map((index) => index.IndexName).sort()).toEqual([
        'by-caller',
        'by-due',
        'by-failure',
        'by-organization',
      ])
    })

    it('answers a failed condition with the row that made it fail', async () => {
      const claim = new UpdateItemCommand({
        TableName,
        Key: KEY,
        UpdateExpression: 'ADD fence :one',
        ConditionExpression: 'attribute_not_exists(pk)',
        ExpressionAttributeValues: { ':one': { N: '1' } },
        ReturnValuesOnConditionCheckFailure: 'ALL_OLD',
      })
      await client.send(claim)

      await expect(client.send(claim)).rejects.toMatchObject({
        name: 'ConditionalCheckFailedException',
        Item: { ...KEY, fence: { N: '1' } },
      })
    })

    it('finds by due time only the rows that have one', async () => {
      const due = { dueShard: { S: '0' }, dueAt: { S: '2026-01-01T00:00:00.000Z' } }
      await client.send(
        new UpdateItemCommand({
          TableName,
          Key: { pk: { S: 'call#due' }, sk: { S: 'call' } },
          UpdateExpression: 'SET dueShard = :shard, dueAt = :at',
          ExpressionAttributeValues: { ':shard': due.dueShard, ':at': due.dueAt },
        }),
      )

      const { Items } = await client.send(
        new QueryCommand({
          TableName,
          IndexName: 'by-due',
          KeyConditionExpression: 'dueShard = :shard AND dueAt <= :now',
          ExpressionAttributeValues: { ':shard': due.dueShard, ':now': { S: '2026-06-01T00:00:00.000Z' } },
        }),
      )

      expect(Items).toMatchObject([{ pk: { S: 'call#due' }, ...due }])
    })
  })

  describe('queue', () => {
    const client = sqsClientOf(engine)

    it('hands out a message once, and no more when it is deleted', async () => {
      const QueueUrl = await createQueue(client, `engines-${randomUUID()}`)
      await client.send(new SendMessageCommand({ QueueUrl, MessageBody: '{"version":1}' }))

      const { Messages } = await client.send(new ReceiveMessageCommand({ QueueUrl, WaitTimeSeconds: 5, VisibilityTimeout: 1 }))
      await client.send(new DeleteMessageCommand({ QueueUrl, ReceiptHandle: Messages?.[0]?.ReceiptHandle }))
      const later = await client.send(new ReceiveMessageCommand({ QueueUrl, WaitTimeSeconds: 2 }))

      expect(Messages?.map((message) => message.Body)).toEqual(['{"version":1}'])
      expect(later.Messages).toBeUndefined()
    })
  })
}
