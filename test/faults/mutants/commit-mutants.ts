import type { Mutant } from './mutant.ts'

const COMMIT = 'src/core/commit-revision.ts'
const ATTEMPT = 'src/core/archive-call.ts'
const PLACE = 'src/core/call-place.ts'
const OUTCOMES = 'src/core/row-outcomes.ts'
const PUT_MANIFEST = `const { outcome } = await archive.put(key, sized(written.bytes), { mediaType: 'application/json', retention: draft.retention, signal })`

/** The order of writes, the chain of revisions, and what an attempt makes of a manifest that it meets. */
export const COMMIT_MUTANTS: readonly Mutant[] = [
  {
    name: 'the manifest is written before the record',
    file: COMMIT,
    edits: [
      [
        `const record = await storeRecord(draft, signal)`,
        `const body = recordOf(draft.fetched.body, linksOf(draft.fetched.call))
        const digest = process.getBuiltinModule('node:crypto').createHash('sha256').update(body).digest()
        const storedChecksum = { algorithm: 'SHA256', type: 'FULL_OBJECT', value: digest.toString('base64') }
        const source = { host: draft.fetched.host, contentType: draft.fetched.contentType, fetchedAt: draft.fetched.fetchedAt.toISOString() }
        const described = { key: recordKey(draft.place), versionId: '?', bytes: body.length, sha256: digest.toString('hex'), storedChecksum }
        const record = { name: 'record', state: 'stored', ...described, mediaType: 'application/json', source }`,
      ],
      [PUT_MANIFEST, `${PUT_MANIFEST}\n    await storeRecord(draft, signal)`],
    ],
  },
  {
    name: 'what is referenced is locked for longer only after the manifest says so',
    file: COMMIT,
    edits: [
      [`await extendReferences(draft, signal)\n`, ''],
      [PUT_MANIFEST, `${PUT_MANIFEST}\n    await extendReferences(draft, signal)`],
    ],
  },
  {
    name: 'what is referenced is not locked for longer',
    file: COMMIT,
    edits: [[`await extendReferences(draft, signal)\n`, '']],
  },
  {
    name: 'a revision number is used again',
    file: COMMIT,
    edits: [['(draft.previous?.revision ?? 0) + 1', 'Math.max(draft.previous?.revision ?? 0, 1)']],
  },
  {
    name: 'the previous manifest is not named',
    file: COMMIT,
    edits: [['draft.previous?.manifestSha256 ?? null', 'null']],
  },
  {
    name: 'a manifest that was in the way is taken for one’s own',
    file: COMMIT,
    edits: [[`if (outcome !== 'different') return`, 'return']],
  },
  {
    name: 'whatever manifest stands there is adopted as the same content',
    file: COMMIT,
    edits: [[`newest.manifest.contentSha256 === written.manifest.contentSha256 ? 'adopted' : 'overtaken'`, `'adopted'`]],
  },
  {
    name: 'the row is settled with the attempt’s own manifest instead of the newest',
    file: COMMIT,
    edits: [[`'overtaken', newest }`, `'overtaken', newest: { ...written, key } }`]],
  },
  {
    name: 'only the next manifest is looked for, not the newest',
    file: COMMIT,
    edits: [['(await newestManifest(archive, place, revision + 1, signal)) ?? ', '']],
  },
  {
    name: 'the record keeps the query strings of its links',
    file: COMMIT,
    edits: [['sized(recordOf(fetched.body, linksOf(fetched.call)))', 'sized(fetched.body)']],
  },
  {
    name: 'nobody catches up with manifests before the fetch',
    file: ATTEMPT,
    edits: [['const missed = await manifestBeyond(claim.row, signal)', 'const missed = await Promise.resolve(undefined)']],
  },
  {
    name: 'who caught up is not due again',
    file: ATTEMPT,
    edits: [['row: dueNow(settledFrom(row, newest), now(), row.next?.reason)', 'row: settledFrom(row, newest)']],
  },
  {
    name: 'who was overtaken is not due again',
    file: ATTEMPT,
    edits: [
      ['return { ...caughtUp(row, newest), ...seen }', `return { kind: 'caught-up' as const, row: settledFrom(row, newest), ...seen }`],
    ],
  },
  {
    name: 'who has to catch up forgets that it was to compare',
    file: OUTCOMES,
    edits: [[`reason: reason === 'recheck' ? reason : 'settle' }`, `reason: 'settle' }`]],
  },
  {
    name: 'who is late begins to commit all the same',
    file: COMMIT,
    edits: [['if (now() >= draft.leaseUntil) throw new DeadlineReachedError()', '']],
  },
  {
    name: 'a late owner does not say that it committed',
    file: ATTEMPT,
    edits: [[`(reached === 'commit' ? catalog.outdate(row.callId, now()) : undefined)`, 'undefined']],
  },
  {
    name: 'who was overtaken says that it archived what it fetched',
    file: ATTEMPT,
    edits: [[`if (kind === 'overtaken')`, 'if (false)']],
  },
  {
    name: 'a call is fetched before it is claimed',
    file: ATTEMPT,
    edits: [
      [
        'const claimed = await catalog.claim(',
        `const early = await provider.getCall(callId, organizationId, signal).then((value) => ({ value }), (error) => ({ error }))
        message = { ...message, early }
        const claimed = await catalog.claim(`,
      ],
      [
        'const fetched = await fetchCall(signal)',
        `if ('error' in message.early) throw message.early.error
        const fetched = message.early.value`,
      ],
    ],
  },
  {
    name: 'a failed comparison leaves in the row what it found',
    file: ATTEMPT,
    edits: [['progress.row = worthKeeping(row, claim.row)', 'progress.row = row']],
  },
  {
    name: 'unchanged content is committed again',
    file: ATTEMPT,
    edits: [['if (row.committed?.contentSha256 === contentSha256(fetched.call, artifacts))', 'if (false)']],
  },
  {
    name: 'a call whose start is not known is committed where nobody finds it again',
    file: ATTEMPT,
    edits: [['if (isPlaceUncertain(claim.row, fetched.call))', 'if (false)']],
  },
  {
    name: 'the place of a call is reckoned anew each time',
    file: PLACE,
    edits: [['row.partition ?? placesOf(call).start', 'placesOf(call).start']],
  },
  {
    name: 'a forgotten call is not looked for where it was filed before its start was known',
    file: PLACE,
    edits: [['if (row.partition !== undefined || start === creation)', 'if (true)']],
  },
  {
    name: 'a settled row keeps its own artifacts instead of the manifest’s',
    file: OUTCOMES,
    edits: [['artifacts: mediaArtifactsOf(manifest),', '']],
  },
  {
    name: 'a manifest is not written in the canonical form',
    file: 'src/core/manifest.ts',
    edits: [['canonicalJson(v.parse(ManifestSchema, manifest))', 'JSON.stringify(v.parse(ManifestSchema, manifest))']],
  },
  {
    name: 'what changed in a call’s fields makes no revision',
    file: 'src/core/manifest.ts',
    edits: [['call: call.fields', 'call: {}']],
  },
]
