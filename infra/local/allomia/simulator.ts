import type { ApiKeys } from './api-keys.ts'
import { createCallBook } from './call-book.ts'
import { storeMedia } from './call-media.ts'
import type { CallDescription } from './call-script.ts'
import { createControlApi } from './control-api.ts'
import { createGetCall } from './get-call.ts'
import { startHttpServer } from './http-server.ts'
import type { InventedCalls } from './invented-calls.ts'
import { createJournal, type JournalEntry } from './journal.ts'
import { createListCalls } from './list-calls.ts'
import { createMediaRoute } from './media-route.ts'
import { createMemoryMediaStore, type MediaStore } from './media-store.ts'
import { createRecordingLinks } from './recording-links.ts'
import { createRouter } from './router.ts'
import { createS3MediaStore, type MediaStorage } from './s3-media-store.ts'
import { createSignedLinks, type SignedLinks } from './signed-links.ts'

export interface SimulatorOptions {
  readonly keys: ApiKeys
  /** 0, the default, takes a free port. */
  readonly port?: number
  /** Organizations that exist without having a call. Those of `keys` and of the calls exist anyway. */
  readonly organizationIds?: readonly string[]
  /** Organizations of endless calls, without media. */
  readonly invented?: readonly InventedCalls[]
  /** Where media lie; without it the simulator keeps and serves them itself. */
  readonly storage?: MediaStorage
  /** Milliseconds, as Date.now, which is the default. Pre-signed links of a real S3 are judged by that S3's own clock. */
  readonly now?: () => number
}

/** The provider as seen from outside: a real HTTP server on the loopback address. */
export interface Simulator {
  readonly url: string
  /** Resolves once the API knows the call and its media can be fetched. The same id again replaces the call. */
  addCall(description: CallDescription): Promise<void>
  /** What was asked since the start, oldest first. What S3 was asked directly is not here. */
  journal(): readonly JournalEntry[]
  close(): Promise<void>
}

/** Starts a simulated AlloMia: its API, its media, and the faults that each call's script asks for. */
export async function createSimulator({
  keys,
  port = 0,
  organizationIds = [],
  invented = [],
  storage,
  now = Date.now,
}: SimulatorOptions): Promise<Simulator> {
  const server = await startHttpServer(port)
  const links = createSignedLinks(server.url, now)
  const store = await openStore(storage, links, now).catch(async (error) => {
    await server.close()
    throw error
  })
  const journal = createJournal()
  const book = createCallBook(now, invented)
  const recordingLinks = createRecordingLinks(book, store, links)

  /** The media come first, so that no link is handed out before there is something behind it. */
  async function addCall(description: CallDescription): Promise<void> {
    await storeMedia(store, description)
    book.add(description)
  }

  const routes = {
    getCall: createGetCall(book, recordingLinks),
    listCalls: createListCalls(
      book,
      new Set([...organizationIds, ...invented.map(({ organizationId }) => organizationId), ...Object.keys(keys.organizations ?? {})]),
    ),
    followRecording: recordingLinks.follow,
    serveMedia: createMediaRoute(book, store, links),
    control: createControlApi(addCall, journal),
  }
  server.answerWith(createRouter(routes, keys, journal, now))

  return {
    url: server.url,
    addCall,
    journal: journal.entries,
    async close() {
      await server.close()
      store.close()
    },
  }
}

async function openStore(storage: MediaStorage | undefined, links: SignedLinks, now: () => number): Promise<MediaStore> {
  return storage === undefined ? createMemoryMediaStore(links, now) : createS3MediaStore(storage, now)
}
