import { mkdtemp, readdir, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createBodySpool } from '#adapters/http/body-spool'
import { createMediaSources } from '#adapters/http/media-sources'
import { createCallLinks } from '#core/call-links'
import { createCopyArtifact, type StoredMedia } from '#core/copy-artifact'
import type { MediaName } from '#core/manifest-schema'
import type { ArchiveStore } from '#core/ports/archive-store'
import type { FetchedCall } from '#core/ports/call-provider'
import { parseProviderCall } from '#core/provider-call'
import { daysFromNow, locked } from './archive-content.ts'

export interface CopyOrder {
  readonly name?: MediaName
  readonly signal?: AbortSignal
  readonly callSeconds?: number
}

/** The copy with its real hands: sockets, disk, and whatever archive it is given. Each copy has a place of its own. */
export async function createRealCopy(archive: ArchiveStore) {
  await sweep()
  const directory = await mkdtemp(join(tmpdir(), `${PREFIX}${process.pid}-`))
  const copyArtifact = createCopyArtifact({
    archive,
    sources: createMediaSources({ allowInsecure: true, hostAllowlist: async () => [] }),
    spool: createBodySpool({ directory, limitBytes: 8 * 1_024 * 1_024 }),
    now: () => new Date(),
    after(seconds, act) {
      const timer = setTimeout(act, seconds * 1_000)
      return () => clearTimeout(timer)
    },
  })
  let copies = 0

  return {
    /** Every fetch of the call gives the same link with another query, as a provider's fresh links are. */
    async copy(url: string, { name = 'recording', signal = AbortSignal.timeout(60_000), callSeconds }: CopyOrder = {}) {
      copies += 1
      const callId = `call_${copies}`
      let fetches = 0
      const fetchCall = async (): Promise<FetchedCall> => {
        fetches += 1
        const link = `${url}?fetch=${fetches}`
        const body = Buffer.from(JSON.stringify({ id: callId, organizationId: 'org_1', transcriptUrl: link, recordingUrl: link }))
        return { call: parseProviderCall(body), body, contentType: 'application/json', host: 'provider', fetchedAt: new Date() }
      }
      const links = createCallLinks(await fetchCall(), fetchCall)
      const link = links.current(name)
      if (link === undefined) throw new Error('the record has links')
      const place = { partition: 'organization=org_1/year=2026/month=03/day=03', callId, fence: 1 }
      const request = { name, links, link, place, retention: locked(daysFromNow(2)), callSeconds }
      return { prefix: `media/${place.partition}/${callId}/`, ended: settled(copyArtifact(request, signal)), fetches: () => fetches }
    },
    filesLeft: () => readdir(directory),
    close: () => rm(directory, { recursive: true, force: true }),
  }
}

const PREFIX = 'callvault-copy-'

/** A run that is ended from outside closes nothing: the next one does it for those that are gone. */
async function sweep(): Promise<void> {
  const left = (await readdir(tmpdir())).filter(
    (name) => name.startsWith(PREFIX) && !isAlive(Number.parseInt(name.slice(PREFIX.length), 10)),
  )
  await Promise.all(left.map((name) => rm(join(tmpdir(), name), { recursive: true, force: true })))
}

function isAlive(pid: number): boolean {
  try {
    return process.kill(pid, 0)
  } catch {
    return false
  }
}

export type CopyEnd =
  | { readonly stored: StoredMedia; readonly error?: undefined }
  | { readonly stored?: undefined; readonly error: unknown }

const settled = (copying: Promise<StoredMedia>): Promise<CopyEnd> =>
  copying.then(
    (stored) => ({ stored }),
    (error: unknown) => ({ error }),
  )
