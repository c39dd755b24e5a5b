import type { CallLinks, Link } from '#core/call-links'
import type { CallRow } from '#core/call-row'
import { type CopyPorts, type CopyRequest, createCopyArtifact, type StoredMedia } from '#core/copy-artifact'
import { asCallvaultError, type CallvaultError, CopyUnfinishedError } from '#core/errors'
import { secondsBetween } from '#core/instants'
import { MEDIA_NAMES, type MediaArtifact, type MediaName } from '#core/manifest-schema'
import type { AttemptPlace } from '#core/object-keys'
import type { ProviderCall } from '#core/provider-call'
import { createRecheckArtifact } from '#core/recheck-artifact'
import type { Retention } from '#core/retention'
import type { Waits } from '#core/settings'
import { SourceGoneError, SourceLinkLapsedError } from '#core/source-errors'
import type { WaitWindow } from '#core/waits'

export interface GatherRequest {
  readonly call: ProviderCall
  readonly links: CallLinks
  readonly known: CallRow['artifacts']
  readonly place: AttemptPlace
  readonly retention: Retention
  /** Look whether what is stored is still what its link gives. */
  readonly isRecheck: boolean
  /** What is not copied by then is left to the next attempt, so that this one can commit the rest. */
  readonly copiesUntil: Date
  readonly waits: Waits
  readonly window: WaitWindow
  readonly now: Date
}

export interface Gathered {
  readonly artifacts: readonly MediaArtifact[]
  /** Why awaited ones could not be stored, or stored ones not be compared, this time. */
  readonly troubles: readonly ArtifactTrouble[]
}

export interface ArtifactTrouble {
  readonly name: MediaName
  readonly error: CallvaultError
}

/**
 * Brings together what there is of a call's transcript and recording, at once.
 *
 * What is stored stays stored, and is compared where that is asked for; what has a link is copied; what has none is awaited
 * until the wait is over.
 * One artifact's error never stops the other, nor does one that takes longer than there is time for.
 */
export function createGatherArtifacts(ports: CopyPorts) {
  const copyArtifact = createCopyArtifact(ports)
  const recheckArtifact = createRecheckArtifact({ sources: ports.sources, copyArtifact })

  return async function gatherArtifacts(request: GatherRequest, signal: AbortSignal): Promise<Gathered> {
    const late = new AbortController()
    const cancel = ports.after(Math.max(0, secondsBetween(ports.now(), request.copiesUntil)), () => late.abort(new CopyUnfinishedError()))
    const inTime = AbortSignal.any([signal, late.signal])
    const gathered = await Promise.all(MEDIA_NAMES.map((name) => gatherOne(name, request, inTime))).finally(cancel)
    return {
      artifacts: gathered.map(({ artifact }) => artifact),
      troubles: gathered.flatMap(({ artifact: { name }, error }) => (error === undefined ? [] : [{ name, error }])),
    }
  }

  async function gatherOne(name: MediaName, request: GatherRequest, signal: AbortSignal): Promise<GatheredOne> {
    const known = request.known[name]
    const link = request.links.current(name)
    if (known?.state === 'stored')
      return link === undefined || !request.isRecheck ? { artifact: known } : recheckOne(known, link, request, signal)
    if (link === undefined) return { artifact: withoutLink(name, known, request) }

    try {
      return { artifact: await copyArtifact(copyOf(name, link, request), signal) }
    } catch (thrown) {
      const error = asCallvaultError(thrown)
      if (error instanceof SourceGoneError && isWaitOver(request)) return { artifact: { name, state: 'lost' } }
      // What was given up is not awaited anew because a later look met an error.
      if (known !== undefined && known.state !== 'awaited' && isWaitOver(request)) return { artifact: known, error }
      return { artifact: { name, state: 'awaited' }, error }
    }
  }

  /** A link that no longer leads there makes nothing of what is stored. */
  async function recheckOne(stored: StoredMedia, link: Link, request: GatherRequest, signal: AbortSignal): Promise<GatheredOne> {
    try {
      return { artifact: await recheckArtifact(stored, copyOf(stored.name, link, request), signal) }
    } catch (thrown) {
      if (thrown instanceof SourceGoneError || thrown instanceof SourceLinkLapsedError) return { artifact: stored }
      return { artifact: stored, error: asCallvaultError(thrown) }
    }
  }
}

const copyOf = (name: MediaName, link: Link, { call, links, place, retention }: GatherRequest): CopyRequest => ({
  name,
  link,
  links,
  place,
  retention,
  callSeconds: call.durationSeconds,
})

interface GatheredOne {
  readonly artifact: MediaArtifact
  readonly error?: CallvaultError
}

function withoutLink(name: MediaName, known: MediaArtifact | undefined, request: GatherRequest): MediaArtifact {
  if (known !== undefined && known.state !== 'awaited') return known
  const reason = reasonWithoutRecording(request)
  if (reason !== undefined) return { name, state: 'absent', reason }
  return isWaitOver(request) ? { name, state: 'absent', reason: 'not-offered' } : { name, state: 'awaited' }
}

/** The configured reason, not the provider's free text: a manifest holds nothing that a person may have said. */
function reasonWithoutRecording({ call, waits }: GatherRequest): string | undefined {
  const endedReason = call.endedReason?.toLowerCase()
  return waits.reasonsWithoutRecording.find((reason) => reason.toLowerCase() === endedReason)
}

const isWaitOver = ({ now, window }: GatherRequest) => now >= window.waitEndsAt
