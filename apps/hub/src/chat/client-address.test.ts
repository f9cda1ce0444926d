import { expect, it } from 'vitest'
import { clientAddress } from './client-address'

const proxies = ['127.0.0.1', '::1', '10.0.0.2']

it.each([
  ['nobody in between', '203.0.113.7', undefined, '203.0.113.7'],
  ['a stranger cannot claim another address', '203.0.113.7', '198.51.100.1', '203.0.113.7'],
  ['the web process is believed', '127.0.0.1', '203.0.113.7', '203.0.113.7'],
  ['as IPv6 says IPv4', '::ffff:127.0.0.1', '::ffff:203.0.113.7', '203.0.113.7'],
  ['what the client itself wrote is hearsay', '127.0.0.1', '1.1.1.1, 203.0.113.7', '203.0.113.7'],
  ['through two proxies of ours', '127.0.0.1', '1.1.1.1, 203.0.113.7, 10.0.0.2', '203.0.113.7'],
  ['only proxies: the first of them', '127.0.0.1', '::1', '0:0:0:0::/64'],
  ['an empty header', '127.0.0.1', '', '127.0.0.1'],
  ['one household has a whole IPv6 network', '::1', '2001:db8:0:7::42', '2001:db8:0:7::/64'],
  ['however it is written', '::1', '2001:0DB8:0000:0007:1:2:3:4', '2001:db8:0:7::/64'],
  ['no peer any more', undefined, undefined, ''],
])('%s', (_name, peer, forwardedFor, client) => {
  expect(clientAddress(peer, forwardedFor, proxies)).toBe(client)
})
