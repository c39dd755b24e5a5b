/** `type/subtype`, or nothing where there is none: whatever else a server puts there may be anything, a name too. */
export const essenceOf = (contentType: string) =>
  /^\s*([\w!#$&^.+-]{1,64}\/[\w!#$&^.+-]{1,64})\s*(;|$)/.exec(contentType)?.[1]?.toLowerCase() ?? ''

/** A type as it may stand in a manifest: its essence, and the charset where one is named. */
export function plainTypeOf(contentType: string): string {
  const charset = namedCharset(contentType)
  const essence = essenceOf(contentType)
  return charset === undefined || essence === '' ? essence : `${essence}; charset=${charset}`
}

/** The charset that a text is in: UTF-8 where none is named. */
export const charsetOf = (contentType: string) => namedCharset(contentType) ?? 'utf-8'

const namedCharset = (contentType: string) => /;\s*charset\s*=\s*["']?([A-Za-z0-9_.:-]{1,40})/i.exec(contentType)?.[1]?.toLowerCase()
