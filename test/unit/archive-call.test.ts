import { describe, expect, it } from 'vitest'
import { CatalogUnavailableError } from '#core/queue-errors'
import { createVault, createVaultWithCall, RECORDING, RECORDING_URL, TRANSCRIPT_URL } from '#test/support/vault'

const PARTITION = 'organization=org_1/year=2026/month=03/day=03'

describe('archiving a call', () => {
  it('stores record, transcript and recording, then the manifest, then the row', async () => {
    const vault = createVaultWithCall()

    const outcome = await vault.deliver()

    expect(outcome).toMatchObject({ kind: 'archived', revision: 1, fence: 1, errors: [] })
    expect(vault.keys().slice(0, 2).sort()).toEqual([
      `media/${PARTITION}/call_1/1/recording.wav`,
      `media/${PARTITION}/call_1/1/transcript.txt`,
    ])
    expect(vault.keys().slice(2)).toEqual([`records/${PARTITION}/call_1.1.json`, `manifests/${PARTITION}/call_1.r1.json`])
    expect(vault.archive.object(`media/${PARTITION}/call_1/1/recording.wav`)?.body).toEqual(RECORDING)
    expect(await vault.catalog.read('call_1')).toMatchObject({
      state: 'archived',
      partition: PARTITION,
      failures: 0,
      committed: { revision: 1 },
    })
    expect((await vault.catalog.read('call_1'))?.next).toBeUndefined()
  })

  it('locks every object until the midnight after the end of the organization’s days', async () => {
    const vault = createVaultWithCall({ organizationId: 'org_short' })

    await vault.deliver()

    const locks = vault.archive.objects().map(({ lock }) => lock)
    expect(locks).toEqual(locks.map(() => ({ mode: 'GOVERNANCE', retainUntil: new Date('2026-04-03T00:00:00.000Z') })))
    expect(locks).toHaveLength(4)
    expect(vault.manifests()[0]?.retention).toEqual({ mode: 'GOVERNANCE', retainUntil: '2026-04-03T00:00:00.000Z', policy: 'a-month' })
  })

  it('keeps names, numbers, summaries and query strings out of manifest and keys', async () => {
    const vault = createVaultWithCall()

    await vault.deliver()

    const written = JSON.stringify([vault.manifests(), vault.keys()])
    for (const secret of ['Tremblay', '5145550199', 'appointment', 'secret', '?']) expect(written).not.toContain(secret)
  })

  it('keeps what servers say in a plain form alone: a manifest is for ever', async () => {
    const vault = createVaultWithCall()
    const contentType = 'audio/wav; name="Zoé Tremblay.wav"; charset=x'
    vault.sources.set(RECORDING_URL, { body: RECORDING, contentType, etag: '"Zoé"', lastModified: 'Zoé' })

    await vault.deliver()

    expect(vault.manifests()[0]?.artifacts.at(-1)).toHaveProperty('source', {
      host: 'voice.example',
      contentType: 'audio/wav; charset=x',
      fetchedAt: expect.any(String),
    })
  })

  it('cuts the query strings of links in the record, and no other byte', async () => {
    const vault = createVaultWithCall({ unknownField: { kept: 'é?' } })

    await vault.deliver()

    const stored = Buffer.from(vault.archive.object(`records/${PARTITION}/call_1.1.json`)?.body ?? []).toString()
    const [{ body }] = [await vault.provider.getCall('call_1', undefined, AbortSignal.timeout(1_000))]
    expect(stored).toBe(Buffer.from(body).toString().replace('?X-Amz-Signature=secret', '').replace('?token=secret', ''))
  })

  it('answers a late duplicate without asking the provider', async () => {
    const vault = createVaultWithCall()
    await vault.deliver()

    const outcomes = [await vault.deliver('event'), await vault.deliver('reconcile'), await vault.deliver('due')]

    expect(outcomes.map(({ kind }) => kind)).toEqual(['settled', 'settled', 'settled'])
    expect(vault.provider.requests()).toHaveLength(1)
  })

  it('gives one revision to fifty deliveries at once', async () => {
    const vault = createVaultWithCall()

    const outcomes = await Promise.all(Array.from({ length: 50 }, () => vault.deliver()))

    expect(outcomes.filter(({ kind }) => kind === 'archived')).toHaveLength(1)
    expect(outcomes.filter(({ kind }) => kind === 'busy')).toHaveLength(49)
    expect(vault.keys()).toHaveLength(4)
  })

  it('commits nothing new when an operator compares an unchanged call', async () => {
    const vault = createVaultWithCall()
    await vault.deliver()

    const outcome = await vault.deliver('operator')

    expect(outcome).toMatchObject({ kind: 'unchanged', revision: 1 })
    expect(vault.manifests()).toHaveLength(1)
  })

  it('makes a second revision of what changed, which references what did not', async () => {
    const vault = createVaultWithCall()
    await vault.deliver()
    vault.provider.setCall({ ...JSON.parse(JSON.stringify(await rawCall(vault))), callSummary: 'Corrected.' })

    const outcome = await vault.deliver('operator')

    const [first, second] = vault.manifests()
    expect(outcome).toMatchObject({ kind: 'archived', revision: 2 })
    expect(second?.artifacts.slice(1)).toEqual(first?.artifacts.slice(1))
    expect(second?.previousManifestSha256).toBe((await firstManifestSha256(vault)) ?? 'missing')
    expect(vault.keys().filter((key) => key.startsWith('media/'))).toHaveLength(2)
  })

  it('says when the message named another organization, and files the call under the provider’s', async () => {
    const vault = createVaultWithCall()

    const outcome = await vault.deliver('event', { organizationId: 'org_forged' })

    expect(outcome).toMatchObject({ kind: 'archived', organizationDiffers: true })
    expect(vault.manifests()[0]?.organizationId).toBe('org_1')
  })

  it('says how long after its end a call was archived, and whether anybody looks for others of its organization', async () => {
    const [covered, uncovered] = [createVaultWithCall(), createVaultWithCall({ organizationId: 'org_2' })]

    const outcomes = [await covered.deliver(), await covered.deliver('operator'), await uncovered.deliver()]

    expect(outcomes).toMatchObject([
      { isCovered: true, secondsFromEnd: 60 },
      { kind: 'unchanged' },
      { isCovered: false, secondsFromEnd: 60 },
    ])
    expect(outcomes[1]?.secondsFromEnd).toBeUndefined()
  })

  it('spools a body of undeclared length and stores it whole', async () => {
    const vault = createVaultWithCall()
    vault.sources.set(TRANSCRIPT_URL, { body: 'Bonjour à tous', contentType: 'text/plain', declaresLength: false })

    const outcome = await vault.deliver()

    expect(outcome.kind).toBe('archived')
    expect(Buffer.from(vault.archive.object(`media/${PARTITION}/call_1/1/transcript.txt`)?.body ?? []).toString()).toBe('Bonjour à tous')
  })

  it('asks for no lock where the mode is NONE', async () => {
    const vault = createVaultWithCall({}, { retentionMode: 'NONE' })

    await vault.deliver()

    expect(vault.archive.objects().map(({ lock }) => lock)).toEqual([undefined, undefined, undefined, undefined])
  })

  it('hands a catalog that cannot be reached to the queue', async () => {
    const vault = createVault()
    vault.catalog.claim = async () => {
      throw new CatalogUnavailableError()
    }

    await expect(vault.deliver()).rejects.toThrow(CatalogUnavailableError)
  })

  it('opens each link once', async () => {
    const vault = createVaultWithCall()

    await vault.deliver()

    expect([...vault.sources.opened()].sort()).toEqual([TRANSCRIPT_URL, RECORDING_URL])
  })
})

const rawCall = async (vault: ReturnType<typeof createVaultWithCall>) =>
  JSON.parse(Buffer.from((await vault.provider.getCall('call_1', undefined, AbortSignal.timeout(1_000))).body).toString())

const firstManifestSha256 = async (vault: ReturnType<typeof createVaultWithCall>) =>
  vault.archive.object(`manifests/${PARTITION}/call_1.r1.json`)?.sha256
