import { expect, it } from 'vitest'
import { createCallLinks, type Link } from '#core/call-links'
import type { FetchedCall } from '#core/ports/call-provider'
import { parseProviderCall } from '#core/provider-call'

it('leaves its fresh link to one artifact when the other is given up', async () => {
  const { links, signals, answer } = slowly()
  const [first, second] = [new AbortController(), new AbortController()]

  const abandoned = links.newerThan(linkTo(links, 'transcript'), 'transcript', first.signal)
  const wanted = links.newerThan(linkTo(links, 'recording'), 'recording', second.signal)
  first.abort(new Error('the transcript was given up'))
  await expect(abandoned).rejects.toThrow('the transcript was given up')
  answer(fetched(2))

  await expect(wanted).resolves.toMatchObject({ url: 'https://media.example/recording-2' })
  expect(signals).toHaveLength(1)
})

it('ends a fetch that nobody waits for any more, and takes no link of it', async () => {
  const { links, signals, answer } = slowly()
  const [caller, stale] = [
    new AbortController(),
    linkTo(
      createCallLinks(fetched(1), async () => fetched(2)),
      'recording',
    ),
  ]

  const abandoned = links.newerThan(linkTo(links, 'recording'), 'recording', caller.signal)
  caller.abort(new Error('given up'))
  await expect(abandoned).rejects.toThrow('given up')
  answer(fetched(2))
  await Promise.resolve()

  expect(signals.map(({ aborted }) => aborted)).toEqual([true])
  expect(linkTo(links, 'recording').url).toBe(stale.url)
})

it('fetches again after a fetch that failed', async () => {
  let asked = 0
  const links = createCallLinks(fetched(1), async () => {
    asked += 1
    if (asked === 1) throw new Error('the provider does not answer')
    return fetched(asked)
  })
  const newer = () => links.newerThan(linkTo(links, 'recording'), 'recording', new AbortController().signal)

  await expect(newer()).rejects.toThrow('the provider does not answer')

  await expect(newer()).resolves.toMatchObject({ url: 'https://media.example/recording-2' })
})

/** Links whose next fetch waits for its answer. */
function slowly() {
  const signals: AbortSignal[] = []
  const fetching = Promise.withResolvers<FetchedCall>()
  const links = createCallLinks(fetched(1), (signal) => {
    signals.push(signal)
    return fetching.promise
  })
  return { links, signals, answer: fetching.resolve }
}

function linkTo(links: ReturnType<typeof createCallLinks>, name: 'transcript' | 'recording'): Link {
  const link = links.current(name)
  if (link === undefined) throw new Error('the record has links')
  return link
}

function fetched(number: number): FetchedCall {
  const [transcriptUrl, recordingUrl] = ['transcript', 'recording'].map((name) => `https://media.example/${name}-${number}`)
  const body = Buffer.from(JSON.stringify({ id: 'call_1', organizationId: 'org_1', transcriptUrl, recordingUrl }))
  return { call: parseProviderCall(body), body, contentType: 'application/json', host: 'provider.example', fetchedAt: new Date(0) }
}
