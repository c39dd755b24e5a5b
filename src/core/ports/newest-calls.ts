/** An archived call that an index knows. */
export interface NewestCall {
  readonly callId: string
  readonly startedAt: string
}

/** The catalog's youngest end. */
export interface NewestCalls {
  /** The archived call of an organization that began last; of the last fifty calls, undefined where none of them is archived. @throws {CatalogUnavailableError} retry */
  ofOrganization(organizationId: string): Promise<NewestCall | undefined>
}
