import type * as v from 'valibot'
import { parseDocument } from '#config/document'
import { EventSourcesSchema } from '#config/event-sources-schema'

const TOLERANCE_SECONDS = 300
const TOKEN_HEADER = 'x-callvault-token'

type SourceDocument = v.InferOutput<typeof EventSourcesSchema>[string]

/**
 * Reads the `event sources` document: presets become the authenticators they stand for.
 * @throws {ConfigurationError} lists every problem at once, and no value
 */
export function parseEventSources(text: string) {
  const rules = (document: Readonly<Record<string, SourceDocument>>) =>
    Object.entries(document).flatMap(([name, source]) => problemsOf(name, source))
  const sources = Object.entries(parseDocument('event sources', EventSourcesSchema, text, rules))

  return new Map(
    sources.map(([name, source]) => [
      name,
      Object.freeze({ authenticator: authenticatorOf(source), eventTypes: source.eventTypes, pointers: source.pointers }),
    ]),
  )
}

function authenticatorOf(source: SourceDocument) {
  if (source.preset === 'token') {
    const { header = TOKEN_HEADER, inPath = false } = source.authenticator
    return { type: 'token' as const, header: header.toLowerCase(), inPath, tokens: source.tokens }
  }
  return {
    type: 'standard-webhooks' as const,
    headerPrefix: source.preset === 'svix' ? 'svix' : 'webhook',
    secrets: source.secrets,
    toleranceSeconds: source.authenticator.toleranceSeconds ?? TOLERANCE_SECONDS,
  }
}

function problemsOf(name: string, { eventTypes, pointers }: SourceDocument): string[] {
  return [
    ...((pointers.callId === undefined) === (pointers.outboundCallId === undefined)
      ? [`${name}.pointers has to say where one of callId and outboundCallId stands, not both`]
      : []),
    ...(eventTypes !== undefined && pointers.type === undefined
      ? [`${name}.eventTypes are named, but ${name}.pointers.type does not say where the type stands`]
      : []),
  ]
}
