import type { Mutant } from './mutant.ts'

const ARCHIVE = 'test/support/twins/memory-archive.ts'
const ADOPT = 'src/core/put-or-adopt.ts'
const GATHER = 'src/core/gather-artifacts.ts'
const KEYS = 'src/core/object-keys.ts'
const MEDIA_TYPE = 'src/core/media-type.ts'
const RECHECK = 'src/core/recheck-artifact.ts'

/** What may be stored, where, and what becomes of it. */
export const CONTENT_MUTANTS: readonly Mutant[] = [
  {
    name: 'an object is replaced: If-None-Match is left out',
    file: ARCHIVE,
    edits: [['if (standing !== undefined) {', 'if (false) {']],
  },
  {
    name: 'the digest of what stands at a key is not compared',
    file: ARCHIVE,
    edits: [[`standing.sha256 === digest.toString('hex') ? 'same' : 'different'`, `'same'`]],
  },
  {
    name: 'a body that ended early is stored',
    file: ARCHIVE,
    edits: [
      ['throw new SourceEndedEarlyError(received, bytes, { cause })', ''],
      ['if (received !== bytes) throw new SourceEndedEarlyError(received, bytes)', ''],
    ],
  },
  {
    name: 'another object at an attempt’s key passes for its own',
    file: ADOPT,
    edits: [[`if (outcome === 'different') throw new ObjectKeyTakenError()`, '']],
  },
  {
    name: 'the key of media has no fence',
    file: KEYS,
    edits: [
      ['callId, fence }: AttemptPlace, name', 'callId }: AttemptPlace, name'],
      ['extension: string) =>', 'extension: string, fence = 1) =>'],
    ],
  },
  {
    name: 'the key of a record has no fence',
    file: KEYS,
    edits: [['callId, fence }: AttemptPlace) =>', 'callId }: AttemptPlace, fence = 1) =>']],
  },
  {
    name: 'an error page passes for a transcript',
    file: MEDIA_TYPE,
    edits: [['if (isMarkupIn(head, text) || isMarkupOfType(essenceOf(contentType), text)) return undefined', '']],
  },
  {
    name: 'an error page passes for a recording',
    file: MEDIA_TYPE,
    edits: [
      ['if (startsLikeMarkup(head)) return undefined', ''],
      [' && !holdsPage(head) && !looksLikeText(head, declared.bytes)', ''],
    ],
  },
  {
    name: 'an empty body is stored',
    file: MEDIA_TYPE,
    edits: [['first.length === 0 ? undefined : name', 'name']],
  },
  {
    name: 'an error quotes what the source sent',
    file: MEDIA_TYPE,
    edits: [[`first.toString('hex', 0, 16)`, 'first.toString()']],
  },
  {
    name: 'an artifact is downloaded for as long as it breaks',
    file: 'src/core/downloads.ts',
    edits: [['export const MOST_DOWNLOADS = 3', 'export const MOST_DOWNLOADS = 30']],
  },
  {
    name: 'what changed is seen in a comparison, and not stored',
    file: RECHECK,
    edits: [['return copy.sha256 === stored.sha256 ? stored : copy', 'return stored']],
  },
  {
    name: 'what has the same length passes for the same',
    file: RECHECK,
    edits: [['return (await digestOf(body, bytes, stored.bytes)) === stored.sha256', 'return true']],
  },
  {
    name: 'a link that is gone from the record takes what is stored with it',
    file: GATHER,
    edits: [
      [`if (known?.state === 'stored')`, `if (known?.state === 'stored' && link !== undefined)`],
      [`if (known !== undefined && known.state !== 'awaited') return known`, ''],
    ],
  },
  {
    name: 'a link that leads to nothing takes what is stored with it',
    file: GATHER,
    edits: [
      [
        'thrown instanceof SourceLinkLapsedError) return { artifact: stored }',
        `thrown instanceof SourceLinkLapsedError) return { artifact: { name: stored.name, state: 'lost' } }`,
      ],
    ],
  },
  {
    name: 'what is stored already is copied again in each attempt',
    file: GATHER,
    edits: [[`if (known?.state === 'stored')`, 'if (false)']],
  },
]
