/** The address of the user behind a request. */

import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { clientIp } from '../../../src/kit/web/client-ip'
import { endsByItself } from '../../support/ends-by-itself'

type Headers = Record<string, string | string[]>

describe('client address', () => {
  const table: [string, Headers, string | undefined, string | undefined, string?][] = [
    ['the socket, without headers', {}, '10.0.0.9', '10.0.0.9'],
    ['nothing, without anything', {}, undefined, undefined],
    ['the first public address', { 'x-forwarded-for': '10.0.0.1, 8.8.8.8, 9.9.9.9' }, '10.0.0.9', '8.8.8.8'],
    ['a private one rather than none', { 'x-forwarded-for': '192.168.1.1' }, '10.0.0.9', '192.168.1.1'],
    [
      'a public one of a later header',
      { 'x-forwarded-for': '10.0.0.1', 'x-real-ip': '8.8.8.8' },
      '10.0.0.9',
      '8.8.8.8',
    ],
    [
      'the headers in their order',
      { 'cf-connecting-ip': '1.1.1.1', 'x-client-ip': '8.8.4.4' },
      undefined,
      '8.8.4.4',
    ],
    ['an address with a port', { 'x-real-ip': '8.8.8.8:443' }, undefined, '8.8.8.8'],
    ['IPv6', { 'x-real-ip': '2001:db8::1' }, undefined, '2001:db8::1'],
    ['IPv6 with a port', { 'x-real-ip': '[2001:db8::1]:443' }, undefined, '2001:db8::1'],
    [
      'Forwarded',
      { forwarded: 'by=10.0.0.1;For="[2001:db8::17]:4711";proto=https, for=8.8.8.8' },
      undefined,
      '2001:db8::17',
    ],
    ['no text that is no address', { 'x-forwarded-for': 'unknown, evil<script>, 8.8.8.8' }, '::1', '8.8.8.8'],
    ['the socket where the headers are useless', { 'x-forwarded-for': ',,;"' }, '10.0.0.9', '10.0.0.9'],
    [
      'only the header that was named',
      { 'x-real-ip': '8.8.8.8', 'x-mine': '1.1.1.1' },
      '::1',
      '1.1.1.1',
      'X-Mine',
    ],
    ['nothing where that is missing', { 'x-real-ip': '8.8.8.8' }, '::1', undefined, 'x-mine'],
    ['lists', { 'x-forwarded-for': ['10.0.0.1', '8.8.8.8'] }, undefined, '8.8.8.8'],
  ]
  for (const [name, headers, socket, expected, only] of table) {
    it(`is ${name}`, () => assert.equal(clientIp(headers, socket, only), expected))
  }

  it('treats these addresses as private', () => {
    const privates = [
      '127.0.0.1',
      '10.255.255.255',
      '172.16.0.1',
      '172.31.255.255',
      '192.168.0.1',
      '169.254.1.1',
      '100.65.0.1',
      '::1',
      'fec0::1',
      'fe80::1',
      'fc00::1',
      'fd12::1',
    ]
    for (const address of privates)
      assert.equal(clientIp({ 'x-forwarded-for': `${address}, 8.8.8.8` }, undefined), '8.8.8.8', address)
    for (const address of ['172.32.0.1', '11.0.0.1', '2001:db8::1', '::2'])
      assert.equal(clientIp({ 'x-forwarded-for': `${address}, 8.8.8.8` }, undefined), address)
  })

  for (const part of ['for=', ';', ',', ' ']) {
    it(`comes to an end with a hostile header of '${part}'`, () => {
      const forwarded = part.repeat(1_000_000)
      assert.equal(
        endsByItself(() => clientIp({ forwarded }, undefined)),
        undefined,
      )
    })
  }
})
