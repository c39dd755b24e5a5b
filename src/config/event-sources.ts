import * as v from 'valibot'
import {
  type AuthenticatorType,
  type Credentials,
  contradictionsIn,
  malformedIn,
  misplacedIn,
  type WholeAuthenticator,
} from '#config/authenticator-rules'
import { parseDocument } from '#config/document'
import { EventSourcesSchema, type SourceDocument, SourceSchema } from '#config/event-sources-schema'
import { CHALLENGES, PRESETS, TYPES } from '#config/presets'

const CREDENTIALS: readonly Credentials[] = ['secrets', 'publicKeys', 'tokens']

/**
 * Reads the `event sources` document: presets become the authenticators they stand for.
 * @throws {ConfigurationError} lists every problem at once, and no value
 */
export function parseEventSources(text: string) {
  const sources = Object.entries(parseDocument('event sources', EventSourcesSchema, text, ({ output }) => problemsIn(output)))

  return new Map(
    sources.map(([name, source]) => [
      name,
      Object.freeze({
        authenticator: settingsOf(source),
        challenge: source.preset === 'zoom' ? CHALLENGES.zoom : undefined,
        eventTypes: source.eventTypes,
        pointers: source.pointers,
      }),
    ]),
  )
}

function settingsOf(source: SourceDocument) {
  const { secrets = [], publicKeys = [], tokens = [] } = source
  const { header = '', inPath = false, headerPrefix = '', ...whole } = wholeOf(source)
  const { signatureHeader = '', timestampHeader, idHeader, payload = '', timestampUnit = 's', toleranceSeconds = null } = whole
  const signedRequest = {
    signatureHeader: signatureHeader.toLowerCase(),
    timestampHeader: timestampHeader?.toLowerCase(),
    idHeader: idHeader?.toLowerCase(),
    encoding: whole.encoding ?? 'hex',
    prefix: whole.prefix,
    headerForm: whole.headerForm,
    payload,
    timestampUnit,
    toleranceSeconds,
  }
  switch (whole.type) {
    case 'standard-webhooks':
      return { type: whole.type, headerPrefix, secrets, publicKeys, toleranceSeconds: toleranceSeconds ?? 0 }
    case 'hmac':
      return {
        ...signedRequest,
        type: whole.type,
        algorithm: whole.algorithm ?? 'sha256',
        secretEncoding: whole.secretEncoding ?? 'utf8',
        secrets,
      }
    case 'ed25519':
      return { ...signedRequest, type: whole.type, secretEncoding: whole.secretEncoding === 'hex' ? 'hex' : 'base64', publicKeys } as const
    case 'token':
      return { type: whole.type, header: header.toLowerCase(), inPath, tokens }
  }
}

/** The preset, or what is usual for a type, and what the source says beside it. */
function wholeOf({ preset, authenticator }: SourceDocument): WholeAuthenticator & { readonly headerPrefix?: string } {
  const described = preset === undefined ? TYPES[authenticator.type ?? 'token'] : PRESETS[preset]
  return { ...described, ...authenticator, type: described.type }
}

/** Of each source that has the schema's shape, whatever shape the others have. */
function problemsIn(document: unknown): string[] {
  if (typeof document !== 'object' || document === null) return []
  return Object.entries(document).flatMap(([name, source]) => {
    const { typed, output } = v.safeParse(SourceSchema, source)
    return typed ? problemsOf(output).map((problem) => `${name}.${problem}`) : []
  })
}

function problemsOf(source: SourceDocument): string[] {
  const { preset, authenticator, eventTypes, pointers } = source
  const type: AuthenticatorType | undefined = preset === undefined ? authenticator.type : PRESETS[preset].type
  return [
    ...(type === undefined ? ['preset is missing, or an authenticator.type where no preset fits'] : authenticatorProblemsOf(source, type)),
    ...((pointers.callId === undefined) === (pointers.outboundCallId === undefined)
      ? ['pointers has to say where one of callId and outboundCallId stands, not both']
      : []),
    ...(eventTypes !== undefined && pointers.type === undefined
      ? ['eventTypes are named, but pointers.type does not say where the type stands']
      : []),
  ]
}

function authenticatorProblemsOf(source: SourceDocument, type: AuthenticatorType): string[] {
  const { preset, authenticator } = source
  const whole = wholeOf(source)
  return [
    ...(preset !== undefined && authenticator.type !== undefined
      ? [`authenticator.type is for the preset ${preset} to say: leave it out`]
      : []),
    ...(type === 'standard-webhooks' && whole.toleranceSeconds === null ? ['authenticator.toleranceSeconds has to be a number'] : []),
    ...misplacedIn(
      type,
      authenticator,
      CREDENTIALS.filter((kind) => source[kind] !== undefined),
    ),
    ...CREDENTIALS.flatMap((kind) => malformedIn(whole, kind, source[kind] ?? [])),
    ...contradictionsIn(whole),
  ]
}
