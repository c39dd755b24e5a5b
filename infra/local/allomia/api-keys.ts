/** The keys of one tenant. */
export interface ApiKeys {
  /** Sees every organization of the tenant. */
  readonly tenant: string
  /** Key by organization id; each sees its own organization alone. */
  readonly organizations?: Readonly<Record<string, string>>
}

/** Tells whose calls the bearer of a key may see. */
export type Sight = (organizationId: string) => boolean

/** The sight that an Authorization header gives, or undefined where its key is unknown. */
export function sightOf(keys: ApiKeys, authorization: string | undefined): Sight | undefined {
  const key = /^Bearer (.+)$/i.exec(authorization ?? '')?.[1]
  if (key === undefined) return undefined
  if (key === keys.tenant) return () => true

  const own = Object.entries(keys.organizations ?? {}).find(([, organizationKey]) => organizationKey === key)
  return own && ((organizationId) => organizationId === own[0])
}
