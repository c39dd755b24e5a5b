import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { CreateTableCommandInput } from '@aws-sdk/client-dynamodb'
import { parse } from 'yaml'

type TableShape = Pick<CreateTableCommandInput, 'AttributeDefinitions' | 'KeySchema' | 'GlobalSecondaryIndexes' | 'BillingMode'>

const TEMPLATE = join(import.meta.dirname, '../../../infra/aws/catalog-table.yml')

/**
 * The catalog's keys and indexes as the template deploys them, so that tests run on no second description of it.
 *
 * CloudFormation's words for them are those of DynamoDB's CreateTable.
 * @throws {Error} the template describes no table
 */
export async function readCatalogTemplate(): Promise<TableShape> {
  // Tags such as !Ref stand only in parts that are not read here.
  const properties = findTable(parse(await readFile(TEMPLATE, 'utf8'), { logLevel: 'silent' }))
  if (properties === undefined) throw new Error(`${TEMPLATE} describes no AWS::DynamoDB::Table.`)

  const { AttributeDefinitions, KeySchema, GlobalSecondaryIndexes, BillingMode } = properties
  return { AttributeDefinitions, KeySchema, GlobalSecondaryIndexes, BillingMode }
}

function findTable(node: unknown): TableShape | undefined {
  if (typeof node !== 'object' || node === null) return undefined
  if ('Type' in node && node.Type === 'AWS::DynamoDB::Table' && 'Properties' in node) return node.Properties as TableShape
  return Object.values(node)
    .map(findTable)
    .find((found) => found !== undefined)
}
