import { CatalogUnavailableError } from '#core/queue-errors'

/** No error of the SDK crosses the border of this room. @throws {CatalogUnavailableError} retry */
export async function translated<T>(work: () => Promise<T>): Promise<T> {
  try {
    return await work()
  } catch (error) {
    throw new CatalogUnavailableError({ cause: error })
  }
}
