import { describe, expect, it } from 'vitest'
import { assertSourceAddresses, assertSourceUrl } from '#adapters/http/source-address'
import { SourceAddressRefusedError } from '#core/source-errors'

const METADATA = [
  '169.254.169.254',
  '169.254.170.2',
  '169.254.170.23',
  '100.100.100.200',
  'fd00:ec2::254',
  'fd00:ec2::23',
  '168.63.129.16',
  'fd20:ce::254',
  'fd00:c1::a9fe:a9fe',
  'fd00:42::42',
  '::ffff:169.254.169.254',
]
const INSIDE = [
  '127.0.0.1',
  '127.8.8.8',
  '10.1.2.3',
  '172.16.0.1',
  '192.168.1.1',
  '::1',
  'fd12:3456::1',
  '::ffff:10.0.0.1',
  '::ffff:7f00:1',
]
const NOWHERE = [
  '0.0.0.0', '255.255.255.255', '224.0.0.1', '169.254.1.1', '100.64.0.1', '192.0.2.1', '198.18.0.1', '240.0.0.1', '::', 'fe80::1', 'fe80::1%eth0',
  'ff02::1', 'fec0::1', '2001:db8::1', '2002:7f00:1::', '64:ff9b::7f00:1', '::7f00:1', '4000::1', '5f00::1', 'no address', '',
] // biome-ignore format: one range after the other
const PUBLIC = ['8.8.8.8', '52.95.110.1', '2600:1f18::1', '2a00:1450:4001:81b::200e', '::ffff:8.8.8.8']

describe('the address of a source', () => {
  it.each(PUBLIC)('may be public: %s', (address) => {
    expect(() => assertSourceAddresses([address], false)).not.toThrow()
    expect(() => assertSourceAddresses([address], true)).not.toThrow()
  })

  it.each(INSIDE)('may be inside only where that is allowed: %s', (address) => {
    expect(() => assertSourceAddresses([address], false)).toThrow(SourceAddressRefusedError)
    expect(() => assertSourceAddresses([address], true)).not.toThrow()
  })

  it.each([...METADATA, ...NOWHERE])('may never be %j', (address) => {
    expect(() => assertSourceAddresses([address], false)).toThrow(SourceAddressRefusedError)
    expect(() => assertSourceAddresses([address], true)).toThrow(SourceAddressRefusedError)
  })

  it('is refused with all others of its host', () => {
    expect(() => assertSourceAddresses(['8.8.8.8', '127.0.0.1'], false)).toThrow(SourceAddressRefusedError)
  })
})

describe('the URL of a source', () => {
  it.each(['https://media.example/a?b=c#d', 'https://media.example:8443/', 'https://8.8.8.8/', 'https://[2600:1f18::1]/'])(
    'may be %s',
    (url) => {
      expect(() => judge(url)).not.toThrow()
    },
  )

  it.each([
    'http://media.example/',
    'ftp://media.example/',
    'file:///etc/passwd',
    'data:,x',
    'https://me@media.example/',
    'https://me:secret@media.example/',
    'https://127.0.0.1/',
    'https://2130706433/',
    'https://0x7f.1/',
    'https://[::1]/',
    'https://[::ffff:a9fe:a9fe]/',
    'https://169.254.169.254./',
  ])('may not be %s', (url) => {
    // biome-ignore format: one trick after the other
    expect(() => judge(url)).toThrow(SourceAddressRefusedError)
  })

  it('may be http where insecure sources are allowed, and nothing else', () => {
    expect(() => judge('http://127.0.0.1:8080/', { allowInsecure: true })).not.toThrow()
    expect(() => judge('ftp://127.0.0.1/', { allowInsecure: true })).toThrow(SourceAddressRefusedError)
    expect(() => judge('http://me@127.0.0.1/', { allowInsecure: true })).toThrow(SourceAddressRefusedError)
    expect(() => judge('http://169.254.169.254/', { allowInsecure: true })).toThrow(SourceAddressRefusedError)
  })

  it.each(['media.example', 'MEDIA.example.', 'a.voice.example', 'a.b.voice.example', 'xn--mdia-bpa.example'])(
    'may have a host that the allowlist names: %s',
    (host) => {
      const hostAllowlist = ['media.example', '*.Voice.example', 'média.example']

      expect(() => judge(`https://${host}/`, { hostAllowlist })).not.toThrow()
    },
  )

  it.each(['other.example', 'voice.example', 'evilvoice.example', 'media.example.evil.example', 'sub.media.example'])(
    'may not have a host beside the allowlist: %s',
    (host) => {
      expect(() => judge(`https://${host}/`, { hostAllowlist: ['media.example', '*.voice.example'] })).toThrow(SourceAddressRefusedError)
    },
  )

  it('may not have a host that ends in what is no name', () => {
    expect(() => judge('https://evil.example../', { hostAllowlist: ['*.exa mple'] })).toThrow(SourceAddressRefusedError)
  })

  it('gets no exemption from the allowlist', () => {
    expect(() => judge('https://127.0.0.1/', { hostAllowlist: ['127.0.0.1'] })).toThrow(SourceAddressRefusedError)
    expect(() => judge('http://media.example/', { hostAllowlist: ['media.example'] })).toThrow(SourceAddressRefusedError)
  })

  it('is in no message of its refusal', () => {
    const judged = () => judge('https://me:secret@media.example/?signature=hidden')

    expect(judged).toThrow(/^(?!.*(secret|hidden|media\.example))/)
  })
})

function judge(url: string, rules: { allowInsecure?: boolean; hostAllowlist?: readonly string[] } = {}): void {
  assertSourceUrl(new URL(url), { allowInsecure: false, hostAllowlist: [], ...rules })
}
