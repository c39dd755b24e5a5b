import { createPrivateKey, type KeyObject, randomUUID } from 'node:crypto'
import { readFile } from 'node:fs/promises'
import { Command } from 'commander'
import { parsedDocument } from '#cli/document-text'
import { doorUrl } from '#cli/door-url'
import { EXIT, type ExitCode } from '#cli/exit-codes'
import type { CommandDefinition } from '#cli/program'
import { UsageError } from '#cli/report-error'
import type { Session } from '#cli/session'
import { composeEventDoor } from '#compose-operator'
import { parseEventSources } from '#config/event-sources'
import { assertCallId } from '#core/call-id'
import type { EventSource } from '#core/event-source'
import { sendTestEvent, type TestEvent, testEventOf } from '#core/test-event'

interface SendEventOptions {
  readonly organization?: string
  readonly eventSources?: string
  readonly privateKey?: string
  readonly url?: string
  readonly dryRun?: boolean
}

const EXAMPLES = `Examples:
  $ callvault send-event crm call_0193
  $ callvault send-event voice call_0193 --dry-run                shows it, and sends nothing
  $ callvault send-event zoom call_0193 --event-sources new-event-sources.json
`

/** Tries a source as its sender will. */
export function sendEventCommand(): CommandDefinition {
  const command = new Command('send-event')
    .description(
      "Signs the end of a call as a source's preset says, and sends it to the stack's own door: whether the source is set up right shows before its sender is.",
    )
    .argument('<source>', 'a name in the event sources document')
    .argument('<id>', 'the call; of an outbound callback, the outboundCallId')
    .option('--organization <id>', 'the organization, where the source tells one')
    .option('--event-sources <file>', "sign by this document instead of the stack's secret")
    .option('--private-key <file>', 'sign by this Ed25519 key (PEM), where the source has public keys')
    .option('--url <url>', "post to this instead of the stack's EventsUrl, such as a custom domain; https, or http on this machine")
    .option('--dry-run', 'show what would be sent, tokens left out, and send nothing')
    .addHelpText('before', EXAMPLES)
    .addHelpText(
      'after',
      '\nIt is signed by the first secret of the source. The call is archived where the provider has it; callvault show ID tells.\nExit code 2 where the door refuses it, 3 where it takes it for no call end, 4 where it cannot take it now.\n\n--json: {type: answer, source, id, url, status, body}; --dry-run: {type: event, source, id, url, headers, body}',
    )
  return {
    command,
    run: (session, [source = '', id = ''], options) => sendEvent(session, source, id, options as unknown as SendEventOptions),
  }
}

async function sendEvent(session: Session, name: string, id: string, options: SendEventOptions): Promise<ExitCode> {
  const { output } = session
  const event = await eventOf(session, name, id, options)
  const { url, headers, body } = event.shown
  if (options.dryRun) {
    const lines = Object.entries(headers).map(([header, value]) => `${header}: ${value}`)
    output.result({ type: 'event', source: name, id, url, headers, body }, [`POST ${url}`, ...lines, '', body].join('\n'))
    return EXIT.ok
  }

  const answer = await sendTestEvent(composeEventDoor(), event, session.signal)
  const text = typeof answer.body === 'string' ? answer.body : JSON.stringify(answer.body)
  output.result({ type: 'answer', source: name, id, url, ...answer }, `${answer.status} ${text}`)
  if (!isQueued(answer.body)) {
    output.complain(`The source ${name} is set up, and takes this event for no call end: look at its eventTypes and pointers.`)
    return EXIT.differences
  }
  output.note(`The queue has it: callvault show ${id} tells how far it is.`)
  return EXIT.ok
}

const isQueued = (body: unknown) => typeof body === 'object' && body !== null && 'status' in body && body.status === 'queued'

async function eventOf(session: Session, name: string, id: string, options: SendEventOptions): Promise<TestEvent> {
  assertCallId(id)
  const { organization: organizationId, url, privateKey } = options
  const urls = url === undefined ? await session.eventsUrls() : { eventsUrl: doorUrl(url) }
  const source = await sourceNamed(session, name, options.eventSources)
  const key = privateKey === undefined ? undefined : await readPrivateKey(privateKey)
  return testEventOf({ name, source, id, organizationId, ...urls, eventId: `evt_${randomUUID()}`, at: new Date(), privateKey: key })
}

async function sourceNamed(session: Session, name: string, file: string | undefined): Promise<EventSource> {
  const place = file === undefined ? { secretArn: (await session.stack()).eventSourcesSecretArn } : { file }
  const sources = await parsedDocument(session, place, parseEventSources)
  const source = sources.get(name)
  if (source === undefined) throw new UsageError(`the event sources have no ${name}; they have ${[...sources.keys()].join(', ')}.`)
  return source
}

async function readPrivateKey(file: string): Promise<KeyObject> {
  // What Node says of a key might quote it.
  const key = await readFile(file)
    .then(createPrivateKey)
    .catch(() => undefined)
  if (key?.asymmetricKeyType !== 'ed25519') throw new UsageError(`${file} is no Ed25519 private key in PEM that can be read.`)
  return key
}
