import { Readable } from 'node:stream'
import { expect, it } from 'vitest'
import { createCallLinks } from '#core/call-links'
import { createDownloads } from '#core/downloads'
import type { FetchedCall } from '#core/ports/call-provider'
import type { MediaSources, OpenSource } from '#core/ports/media-sources'
import { parseProviderCall } from '#core/provider-call'

it('gives up a rest whose first piece is not there in time, though its headers were', async () => {
  const { openRest, letTimeBeOver } = brokenOff()
  const rest = await openRest()

  letTimeBeOver()

  expect(rest.errored?.message).toBe('the source did not go on within 10 s')
})

it('gives the rest of a rest that broke without a piece no new time', async () => {
  const { openRest, letTimeBeOver, timers } = brokenOff()
  const first = await openRest()
  first.destroy()
  const second = await openRest()

  expect(timers()).toBe(1)
  letTimeBeOver()

  expect(second.errored?.message).toBe('the source did not go on within 10 s')
})

it('waits no longer for a rest once its first piece was read', async () => {
  const { openRest, timers } = brokenOff()
  const rest = await openRest()

  rest.push('x')
  rest.resume()
  await new Promise((resolve) => rest.once('data', resolve))

  expect(timers()).toBe(0)
})

it('does not blame a rest that is here for its reader being slow', async () => {
  const { openRest, letTimeBeOver } = brokenOff()
  const rest = await openRest()

  rest.push('x')
  letTimeBeOver()

  expect(rest.destroyed).toBe(false)
})

it('waits for nothing once nobody wants the body', async () => {
  const { openRest, unwanted, timers } = brokenOff()
  await openRest()

  unwanted.abort()

  expect(timers()).toBe(0)
})

const SOURCE: OpenSource = {
  bytes: 1_000,
  etag: '"one"',
  lastModified: undefined,
  contentType: '',
  host: 'media.example',
  fetchedAt: new Date(0),
  body: Readable.from([]),
}

/** A body that broke off after 500 bytes, sources whose answers have headers and nothing else, and a clock in the test's hand. */
function brokenOff() {
  const acts = new Set<() => void>()
  const sources: MediaSources = {
    open: async () => SOURCE,
    openIfChanged: async () => SOURCE,
    async openRest(_link, _brokenOff, signal) {
      const rest = new Readable({ read() {} }).on('error', () => {})
      signal.addEventListener('abort', () => rest.destroy(signal.reason))
      return rest
    },
  }
  const after = (_seconds: number, act: () => void) => {
    acts.add(act)
    return () => void acts.delete(act)
  }
  const links = createCallLinks(fetched(), async () => fetched())
  const link = links.current('recording')
  if (link === undefined) throw new Error('the record has links')
  const ports = { sources, after, now: () => new Date(0) }
  const downloads = createDownloads(ports, { name: 'recording', links, link }, new AbortController().signal)
  const unwanted = new AbortController()
  return {
    unwanted,
    openRest: () => downloads.openRest(SOURCE, 500, undefined, unwanted.signal),
    timers: () => acts.size,
    letTimeBeOver() {
      for (const act of acts) act()
    },
  }
}

function fetched(): FetchedCall {
  const body = Buffer.from(JSON.stringify({ id: 'call_1', organizationId: 'org_1', recordingUrl: 'https://media.example/r' }))
  return { call: parseProviderCall(body), body, contentType: 'application/json', host: 'provider.example', fetchedAt: new Date(0) }
}
