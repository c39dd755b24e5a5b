import { describe, expect, it } from 'vitest'
import { linkExpiresAt } from '#core/link-expiry'

const FETCHED_AT = new Date('2026-03-03T14:00:00Z')

describe('when a link lapses', () => {
  it.each([
    ['S3', 'X-Amz-Date=20260303T135500Z&X-Amz-Expires=3600&X-Amz-Signature=x', '2026-03-03T14:55:00.000Z'],
    ['Google Cloud Storage', 'X-Goog-Date=20260303T135500Z&X-Goog-Expires=900', '2026-03-03T14:10:00.000Z'],
    ['CloudFront', 'Expires=1772547000&Signature=x&Key-Pair-Id=y', '2026-03-03T14:10:00.000Z'],
    ['Azure', 'sv=2024-11-04&se=2026-03-03T14%3A10%3A00Z&sig=x', '2026-03-03T14:10:00.000Z'],
    ['a token with exp', 'exp=1772547000&token=x', '2026-03-03T14:10:00.000Z'],
    ['one that counts milliseconds', 'expires=1772547000000', '2026-03-03T14:10:00.000Z'],
    ['small letters', 'x-amz-date=20260303T135500Z&x-amz-expires=60', '2026-03-03T13:56:00.000Z'],
  ])('is read from it where it says so: %s', (_whose, query, at) => {
    expect(linkExpiresAt(`https://media.example/r.wav?${query}`, FETCHED_AT)).toEqual(new Date(at))
  })

  it.each([
    'token=secret',
    'X-Amz-Date=20260303T135500Z',
    'X-Amz-Expires=3600',
    'X-Amz-Date=yesterday&X-Amz-Expires=3600',
    'X-Amz-Date=20260303T135500Z&X-Amz-Expires=-1',
    'Expires=3600',
    'Expires=never',
    'se=soon',
    'exp=',
  ])('is an hour after its answer where it does not: %s', (query) => {
    expect(linkExpiresAt(`https://media.example/r.wav?${query}`, FETCHED_AT)).toEqual(new Date('2026-03-03T15:00:00Z'))
  })

  it('is an hour after its answer even for what is no URL', () => {
    expect(linkExpiresAt('no link', FETCHED_AT)).toEqual(new Date('2026-03-03T15:00:00Z'))
  })
})
