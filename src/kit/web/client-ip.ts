/** The address of the user behind a request (`http.client_ip`), as proxies report it. */

import { BlockList, isIP } from 'node:net'

/** The headers that proxies set, the most trusted first. */
const HEADERS = [
  'x-forwarded-for',
  'x-real-ip',
  'true-client-ip',
  'x-client-ip',
  'forwarded',
  'forwarded-for',
  'x-cluster-client-ip',
  'fastly-client-ip',
  'cf-connecting-ip',
  'cf-connecting-ipv6',
]

let privateRanges: BlockList | undefined

function isPrivate(address: string): boolean {
  if (privateRanges === undefined) {
    privateRanges = new BlockList()
    for (const [network, bits] of [
      ['127.0.0.0', 8],
      ['10.0.0.0', 8],
      ['172.16.0.0', 12],
      ['192.168.0.0', 16],
      ['169.254.0.0', 16],
      ['100.65.0.0', 10],
    ] as const) {
      privateRanges.addSubnet(network, bits, 'ipv4')
    }
    privateRanges.addAddress('::1', 'ipv6')
    for (const [network, bits] of [
      ['fec0::', 10],
      ['fe80::', 10],
      ['fc00::', 7],
    ] as const) {
      privateRanges.addSubnet(network, bits, 'ipv6')
    }
  }
  return privateRanges.check(address, isIP(address) === 6 ? 'ipv6' : 'ipv4')
}

type Headers = Readonly<Record<string, string | readonly string[] | undefined>>

/**
 * Returns the first public address in the headers, else the first private one, else that of the socket. `only` names
 * the one header to read.
 */
export function clientIp(
  headers: Headers,
  socketAddress: string | undefined,
  only?: string,
): string | undefined {
  let fallback: string | undefined
  for (const header of only === undefined ? HEADERS : [only.toLowerCase()]) {
    const value = headers[header]
    if (value === undefined) continue
    for (const address of addressesIn(String(value))) {
      if (!isPrivate(address)) return address
      fallback ??= address
    }
  }
  return fallback ?? (only === undefined ? socketAddress : undefined)
}

function addressesIn(value: string): string[] {
  const found: string[] = []
  for (const part of value.slice(0, 2048).split(',')) {
    // RFC 7239 `Forwarded`: for="[2001:db8::1]:4711";proto=https
    const forwarded = /(?:^|;)\s*for=("?)([^";]+)\1/i.exec(part)
    const address = withoutPort((forwarded?.[2] ?? part).trim())
    if (isIP(address) !== 0) found.push(address)
  }
  return found
}

function withoutPort(text: string): string {
  if (text.startsWith('[')) return text.slice(1, text.indexOf(']'))
  const colon = text.indexOf(':')
  return colon >= 0 && colon === text.lastIndexOf(':') ? text.slice(0, colon) : text
}
