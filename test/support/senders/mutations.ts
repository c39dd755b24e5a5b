import { parse } from 'node:querystring'
import fc from 'fast-check'
import twilio from 'twilio'
import { parseEventSources } from '#config/event-sources'
import { addSeconds } from '#core/instants'
import type { IncomingEvent } from '#core/receive-event'
import { type Forge, forgeriesOf } from './forgeries.ts'
import { authenticEvent } from './reference-signer.ts'
import { secretOf } from './sample-keys.ts'
import { SAMPLE_SOURCES, type SampleSender, SIGNED_AT } from './sample-senders.ts'

/** A request that differs from an authentic one, and when it comes. */
export interface MutatedEvent {
  readonly what: string
  readonly event: IncomingEvent
  readonly at: Date
}

type Mutate = (event: IncomingEvent) => MutatedEvent | undefined

const SOURCES = parseEventSources(JSON.stringify(SAMPLE_SOURCES))
/** Each signed once, however often it is changed. */
const AUTHENTIC_EVENTS = 2_000
const HOURS_SECONDS = 7_200
const at = SIGNED_AT
const index = fc.nat({ max: 1_000_000 })
const bit = fc.nat({ max: 6 })

/** Everything in which a forger may be nearly right, where the sender signs it or proves itself by it. */
export function mutationsOf({ name, source, event: sample }: SampleSender): fc.Arbitrary<MutatedEvent> {
  const isToken = 'tokens' in source
  const headers = Object.keys(sample.headers).filter((header) => header !== 'content-type')
  const tolerance = toleranceOf(name)
  const events: IncomingEvent[] = []
  const eventOf = (number: number) => {
    events[number] ??= authenticEvent(name, number)
    return events[number]
  }

  const mutates: fc.WeightedArbitrary<Mutate>[] = [
    ...headers.flatMap((header) => headerMutations(header)).map((arbitrary) => ({ arbitrary, weight: 2 })),
    ...(isToken ? [] : BODY_MUTATIONS.map((arbitrary) => ({ arbitrary, weight: 3 }))),
    ...(tolerance === undefined ? [] : [{ arbitrary: timeMutation(tolerance), weight: 1 }]),
    ...(sample.pathToken === undefined ? [PATH_TOKEN] : PATH_MUTATIONS).map((arbitrary) => ({ arbitrary, weight: 1 })),
    ...(/^(twilio|own-hmac)/.test(name) ? [{ arbitrary: bitOf('url'), weight: 1 }] : []),
    ...(name === 'own-hmac' ? [{ arbitrary: bitOf('method'), weight: 1 }] : []),
    { arbitrary: forgeriesOf(name).map(later), weight: 4 },
  ]
  return fc
    .tuple(fc.nat({ max: AUTHENTIC_EVENTS - 1 }), fc.oneof(...mutates))
    .map(([number, mutate]) => mutate(eventOf(number)))
    .filter((mutation) => mutation !== undefined)
    .filter((mutation) => !saysTheSame(name, mutation.event))
}

const mutated = (what: string, event: IncomingEvent, when = at): MutatedEvent => ({ what, event, at: when })

const later =
  (forge: Forge): Mutate =>
  (event) => {
    const forged = forge(event)
    return forged && mutated(forged.what, forged.event)
  }

const withHeader = (event: IncomingEvent, header: string, value: string | undefined) => ({
  ...event,
  headers: { ...event.headers, [header]: value },
})

/** One bit of one character; of texts alone that HTTP can carry in no other spelling. */
function flipped(text: string, n: number, shift: number): string {
  const place = n % text.length
  return `${text.slice(0, place)}${String.fromCharCode(text.charCodeAt(place) ^ (1 << shift))}${text.slice(place + 1)}`
}

const bitOf = (part: 'url' | 'method'): fc.Arbitrary<Mutate> =>
  fc.tuple(index, bit).map(
    ([n, shift]): Mutate =>
      (event) =>
        mutated(`a bit of the ${part}`, { ...event, [part]: flipped(event[part], n, shift) }),
  )

const SIGNATURE = /[0-9A-Za-z+/_-]{20,}=*/
const SPELLINGS: readonly ((value: string) => string | undefined)[] = [
  () => undefined,
  () => '',
  (value) => `${value},${value}`,
  (value) => `${value}, ${value}`,
  (value) => value.slice(1),
  (value) => value.slice(0, -1),
  (value) => `${value}0`,
  (value) => `0${value}`,
  (value) => value.toUpperCase(),
  (value) => value.toLowerCase(),
  (value) => value.replace('v1,', 'v1a,'),
  (value) => value.replace('v1a,', 'v1,'),
  (value) => value.replace(SIGNATURE, (signature) => Buffer.from(signature, 'base64').toString('hex')),
  (value) => value.replace(SIGNATURE, (signature) => signature.replaceAll('=', '')),
]

function headerMutations(header: string): fc.Arbitrary<Mutate>[] {
  const change = (what: string, spell: (value: string) => string | undefined): Mutate => {
    return (event) => {
      const value = event.headers[header] ?? ''
      const spelling = spell(value)
      return spelling === value ? undefined : mutated(`${what} ${header}`, withHeader(event, header, spelling))
    }
  }
  return [
    fc.tuple(index, bit).map(([n, shift]) => change('a bit of', (value) => flipped(value, n, shift))),
    fc.nat({ max: SPELLINGS.length - 1 }).map((n) => change(`spelling ${n} of`, (value) => SPELLINGS[n]?.(value))),
  ]
}

const BODIES: readonly ((body: Uint8Array) => Uint8Array)[] = [
  () => Buffer.alloc(0),
  (body) => body.slice(1),
  (body) => body.slice(0, -1),
  (body) => Buffer.concat([body, Buffer.from(' ')]),
  (body) => Buffer.concat([Buffer.from('\ufeff'), body]),
]

const BODY_MUTATIONS: readonly fc.Arbitrary<Mutate>[] = [
  fc.tuple(index, fc.nat({ max: 7 })).map(([n, shift]) => (event) => {
    const body = Buffer.from(event.body)
    const place = n % body.length
    body[place] = (body[place] ?? 0) ^ (1 << shift)
    return mutated('a bit of the body', { ...event, body })
  }),
  fc.nat({ max: BODIES.length - 1 }).map((n) => (event) => {
    const body = BODIES[n]?.(event.body) ?? event.body
    return mutated(`a body of ${body.length} bytes for ${event.body.length}`, { ...event, body })
  }),
]

/** A second outside the tolerance, or more. */
const timeMutation = (toleranceSeconds: number): fc.Arbitrary<Mutate> =>
  fc.tuple(fc.constantFrom(-1, 1), fc.integer({ min: toleranceSeconds + 1, max: HOURS_SECONDS })).map(
    ([sign, seconds]) =>
      (event) =>
        mutated(`${sign * seconds} s later`, event, addSeconds(at, sign * seconds)),
  )

const PATH_TOKEN: fc.Arbitrary<Mutate> = index.map((n) => (event) => mutated('a path token', { ...event, pathToken: String(n) }))

const withPathToken = (spell: (token: string) => string | undefined): Mutate => {
  return (event) => mutated('another path token', { ...event, pathToken: spell(event.pathToken ?? '') })
}
const PATH_SPELLINGS = [
  () => undefined,
  () => '',
  (text: string) => text.slice(1),
  (text: string) => text.toUpperCase(),
  (text: string) => `${text}0`,
]
const PATH_MUTATIONS: readonly fc.Arbitrary<Mutate>[] = [
  fc.tuple(index, bit).map(([n, shift]) => withPathToken((text) => flipped(text, n, shift))),
  fc.constantFrom(...PATH_SPELLINGS).map(withPathToken),
]

/** Twilio signs what a form says, not how: `%c3` and `%C3` are one. Its own library judges; it parses forms as Express does. */
function saysTheSame(name: string, { body, url, headers, pathToken }: IncomingEvent): boolean {
  if (name !== 'twilio' || pathToken !== undefined || body.length === 0) return false
  const fields = parse(Buffer.from(body).toString())
  const isSame = twilio.getExpectedTwilioSignature(secretOf(name), url, fields) === headers['x-twilio-signature']
  return isSame && Buffer.from(Buffer.from(body).toString()).equals(body)
}

function toleranceOf(name: string): number | undefined {
  const { authenticator } = SOURCES.get(name) ?? {}
  return authenticator && 'toleranceSeconds' in authenticator ? (authenticator.toleranceSeconds ?? undefined) : undefined
}
