import { expect, it } from 'vitest'
import { clientAddress } from './client-address.mjs'

const proxies = ['127.0.0.1', '::1', '10.0.0.2']

it.each([
  ['no proxy', '203.0.113.7', undefined, '203.0.113.7'],
  ['a stranger cannot claim another address', '203.0.113.7', '198.51.100.1', '203.0.113.7'],
  ['the web process is trusted', '127.0.0.1', '203.0.113.7', '203.0.113.7'],
  ['an IPv4 address written as IPv6', '::ffff:127.0.0.1', '::ffff:203.0.113.7', '203.0.113.7'],
  [
    'an entry that the client itself wrote is not trusted',
    '127.0.0.1',
    '1.1.1.1, 203.0.113.7',
    '203.0.113.7',
  ],
  ['two of our own proxies', '127.0.0.1', '1.1.1.1, 203.0.113.7, 10.0.0.2', '203.0.113.7'],
  ['only our own proxies: the first of them', '127.0.0.1', '::1', '0:0:0:0::/64'],
  ['an empty header', '127.0.0.1', '', '127.0.0.1'],
  ['an IPv6 address counts as its /64 network', '::1', '2001:db8:0:7::42', '2001:db8:0:7::/64'],
  ['in every notation', '::1', '2001:0DB8:0000:0007:1:2:3:4', '2001:db8:0:7::/64'],
  ['a connection that is already closed', undefined, undefined, ''],
])('%s', (_name, peer, forwardedFor, client) => {
  expect(clientAddress(peer, forwardedFor, proxies)).toBe(client)
})
