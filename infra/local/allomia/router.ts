import { type Answer, type Asked, refused } from './answer.ts'
import { type ApiKeys, type Sight, sightOf } from './api-keys.ts'
import type { Route } from './http-server.ts'
import type { Journal, JournalEntry } from './journal.ts'

type SeeingRoute = (asked: Asked, sees: Sight) => Promise<Answer> | Answer

export interface Routes {
  readonly getCall: SeeingRoute
  readonly listCalls: SeeingRoute
  readonly followRecording: Route
  readonly serveMedia: Route
  readonly control: Route
}

/** Finds who answers a request, and writes each answer of the provider's own into the journal before it is sent. */
export function createRouter(routes: Routes, keys: ApiKeys, journal: Journal, now: () => number): Route {
  const seeing = (route: SeeingRoute) => (asked: Asked) => {
    const sees = sightOf(keys, asked.headers.authorization)
    return sees === undefined ? refused(401, 'Unauthorized') : route(asked, sees)
  }

  return async function answer(asked) {
    const at = new Date(now()).toISOString()
    const { kind, callId, route } = find(asked)
    const answered = await route(asked)
    if (kind !== undefined) journal.add({ kind, callId, status: answered.status, at })
    return answered
  }

  function find({ method, segments }: Asked): { kind?: JournalEntry['kind']; callId: string | null; route: Route } {
    const [room, second = null, third = null] = segments
    if (room === '_simulator') return { callId: null, route: routes.control }
    if (room === 'recordings') return { kind: 'recording', callId: second, route: routes.followRecording }
    if (room === 'media') return { kind: 'media', callId: second, route: routes.serveMedia }
    if (room !== 'api' || second !== 'calls' || method !== 'GET' || segments.length > 3)
      return { callId: null, route: () => refused(404, 'Not found') }
    if (third === null) return { kind: 'list-calls', callId: null, route: seeing(routes.listCalls) }
    return { kind: 'get-call', callId: third, route: seeing(routes.getCall) }
  }
}
