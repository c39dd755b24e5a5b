import type { CallRow } from '#core/call-row'
import type { CallSearch, StartedWithin } from '#core/ports/call-search'

/** The twin of the search in the table, over rows that another twin keeps. */
export function createMemorySearch(rows: () => readonly CallRow[]): CallSearch {
  return {
    ofOrganization: (organizationId, started) => found('organizationId', organizationId, started),
    ofCaller: (number, started) => found('userPhoneNumber', number, started),
    async *all() {
      yield* calls()
    },
  }

  async function* found(name: string, value: string, { from, before }: StartedWithin): AsyncGenerator<CallRow> {
    const startOf = ({ fields }: CallRow) => String(fields.callStartedAt)
    yield* calls()
      .filter(({ fields }) => fields[name] === value && fields.callStartedAt !== undefined)
      .filter((row) => (from === undefined || new Date(startOf(row)) >= from) && (before === undefined || new Date(startOf(row)) < before))
      .sort((one, other) => (startOf(one) < startOf(other) ? -1 : 1))
  }

  function calls(): CallRow[] {
    return rows().filter(({ subject }) => subject === undefined)
  }
}
