import { parse } from 'node:querystring'
import fc from 'fast-check'
import twilio from 'twilio'
import { addSeconds } from '#core/instants'
import type { IncomingEvent } from '#core/receive-event'
import { SAMPLE_SENDERS, type SampleSender, SECRET, SIGNED_AT } from './sample-senders.ts'

/** A request that differs from an authentic one, and when it comes. */
export interface MutatedEvent {
  readonly what: string
  readonly event: IncomingEvent
  readonly at: Date
}

const HOURS_SECONDS = 7_200
const at = SIGNED_AT
const index = fc.nat({ max: 1_000_000 })
const bit = fc.nat({ max: 6 })

/** Everything in which a forger may be nearly right, where the sender signs it or proves itself by it. */
export function mutationsOf({ name, source, event }: SampleSender): fc.Arbitrary<MutatedEvent> {
  const isToken = 'tokens' in source
  const headers = Object.keys(event.headers).filter((header) => header !== 'content-type')
  const inHeaders = headers.flatMap((header) => headerMutations(event, header))
  const signsUrl = /^(twilio|own-hmac)/.test(name)

  return fc
    .oneof(
      ...inHeaders.map((arbitrary) => ({ arbitrary, weight: 2 })),
      ...(isToken ? [] : bodyMutations(event).map((arbitrary) => ({ arbitrary, weight: 3 }))),
      ...(hasTime(source) ? [timeMutation(event)] : []),
      ...(event.pathToken === undefined
        ? [index.map((n) => mutated('a path token', { ...event, pathToken: String(n) }))]
        : pathMutations(event)),
      ...(signsUrl ? [textMutation(event.url).map((url) => mutated('url', { ...event, url }))] : []),
      foreignHeaders(event, headers),
    )
    .filter((mutation) => !saysTheSame(name, mutation.event))
}

const mutated = (what: string, event: IncomingEvent, when = at): MutatedEvent => ({ what, event, at: when })

const withHeader = (event: IncomingEvent, header: string, value: string | undefined) => ({
  ...event,
  headers: { ...event.headers, [header]: value },
})

/** One bit of one character; of texts alone that HTTP can carry in no other spelling. */
const textMutation = (text: string) =>
  fc.tuple(index, bit).map(([n, shift]) => {
    const place = n % text.length
    return `${text.slice(0, place)}${String.fromCharCode(text.charCodeAt(place) ^ (1 << shift))}${text.slice(place + 1)}`
  })

function headerMutations(event: IncomingEvent, header: string): fc.Arbitrary<MutatedEvent>[] {
  const value = event.headers[header] ?? ''
  const spellings = [
    undefined,
    '',
    `${value},${value}`,
    `${value}, ${value}`,
    value.slice(1),
    value.slice(0, -1),
    `${value}0`,
    `0${value}`,
    value.toUpperCase(),
    value.toLowerCase(),
    value.replace('v1,', 'v1a,'),
    value.replace('v1a,', 'v1,'),
    value.replace(/[0-9A-Za-z+/_-]{20,}=*/, (signature) => Buffer.from(signature, 'base64').toString('hex')),
    value.replace(/[0-9A-Za-z+/_-]{20,}=*/, (signature) => signature.replaceAll('=', '')),
  ].filter((spelling) => spelling !== value)
  return [
    textMutation(value).map((text) => mutated(`a bit of ${header}`, withHeader(event, header, text))),
    fc.constantFrom(...spellings).map((text) => mutated(`${header} as ${text}`, withHeader(event, header, text))),
  ]
}

function bodyMutations(event: IncomingEvent): fc.Arbitrary<MutatedEvent>[] {
  const change = (n: number, shift: number) => {
    const body = Buffer.from(event.body)
    const place = n % body.length
    body[place] = (body[place] ?? 0) ^ (1 << shift)
    return body
  }
  const others = [Buffer.alloc(0), event.body.slice(1), event.body.slice(0, -1), Buffer.concat([event.body, Buffer.from(' ')])]
  return [
    fc.tuple(index, fc.nat({ max: 7 })).map(([n, shift]) => mutated('a bit of the body', { ...event, body: change(n, shift) })),
    fc.constantFrom(...others).map((body) => mutated(`a body of ${body.length} bytes`, { ...event, body })),
  ]
}

/** Just outside the widest tolerance of all, or far from it. */
const timeMutation = (event: IncomingEvent) =>
  fc
    .tuple(fc.constantFrom(-1, 1), fc.integer({ min: 1_801, max: HOURS_SECONDS }))
    .map(([sign, seconds]) => mutated(`${sign * seconds} s later`, event, addSeconds(at, sign * seconds)))

const pathMutations = (event: IncomingEvent) => [
  textMutation(event.pathToken ?? '').map((pathToken) => mutated('a bit of the path token', { ...event, pathToken })),
  fc
    .constantFrom(undefined, '', event.pathToken?.slice(1), event.pathToken?.toUpperCase(), `${event.pathToken}0`)
    .map((pathToken) => mutated(`the path token ${pathToken}`, { ...event, pathToken })),
]

/** What another sender has proved itself by, in the places of this one. */
function foreignHeaders(event: IncomingEvent, headers: readonly string[]): fc.Arbitrary<MutatedEvent> {
  // The samples of tokens have one token: theirs are no others.
  const own = Object.values(event.headers)
  const others = SAMPLE_SENDERS.filter((other) => !Object.values(other.event.headers).some((value) => own.includes(value)))
  return fc.constantFrom(...others).map((other) => {
    const values = Object.values(other.event.headers)
    const foreign = headers.map((header, place) => [header, values[place] ?? 'none'])
    const swapped = { ...event, headers: { ...event.headers, ...Object.fromEntries(foreign) }, pathToken: undefined }
    return mutated(`the proof of ${other.name}`, swapped)
  })
}

/** Twilio signs what a form says, not how: `%c3` and `%C3` are one. Its own library judges; it parses forms as Express does. */
function saysTheSame(name: string, { body, url, headers, pathToken }: IncomingEvent): boolean {
  if (name !== 'twilio' || pathToken !== undefined || body.length === 0) return false
  const fields = parse(Buffer.from(body).toString())
  const isSame = twilio.getExpectedTwilioSignature(SECRET, url, fields) === headers['x-twilio-signature']
  return isSame && Buffer.from(Buffer.from(body).toString()).equals(body)
}

const hasTime = (source: object) =>
  'preset' in source
    ? !['twilio', 'token', 'vapi-legacy', 'allomia-callback'].includes(String(source.preset))
    : !JSON.stringify(source).includes('null')
