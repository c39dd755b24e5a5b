import { type Finding, handbook, judged, problem } from '#core/doctor/finding'

/** Something that holds data, or a key to it, and where it is. */
export interface Place {
  readonly what: string
  readonly region: string
}

/** `arn:aws:SERVICE:REGION:...` */
export const regionOfArn = (arn: string) => arn.split(':')[3] ?? ''

/** `allowed` empty: the stack's own region alone. */
export function judgeRegions(stackRegion: string, places: readonly Place[], allowed: readonly string[]): readonly Finding[] {
  const among = allowed.length === 0 ? [stackRegion] : allowed
  const outside = places.filter(({ region }) => !among.includes(region))
  const regions = [...new Set(places.map(({ region }) => region))].sort().join(', ')
  return judged(
    'region',
    `everything is in ${regions}${allowed.length === 0 ? ", the stack's own" : ', which is allowed'}`,
    outside.map(({ what, region }) =>
      problem('region', `${what} is in ${region}, not in ${among.join(' or ')}`, handbook('Another region or account')),
    ),
  )
}
