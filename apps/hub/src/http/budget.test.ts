import { request } from 'node:http'
import { text } from 'node:stream/consumers'
import { limits } from '@palate/config'
import { expect, it } from 'vitest'
import { startTestHub } from '../testing/hub'

const test = await startTestHub({ HUB_TRUSTED_PROXIES: '127.0.0.1' })
const { port } = new URL(test.origin)

interface Asked {
  method?: string
  headers?: Record<string, string>
  from?: string
}

function ask(path: string, { method = 'GET', headers = {}, from }: Asked = {}) {
  return new Promise<{ status: number; body: string }>((resolve, reject) => {
    const sent = request(
      { host: '127.0.0.1', port, path, method, headers, localAddress: from },
      async (response) => resolve({ status: response.statusCode ?? 0, body: await text(response) }),
    )
    sent.on('error', reject)
    sent.end()
  })
}

it.each([
  ['POST', '/v1/chat/completions'],
  ['POST', '/files/agents/enroll'],
  ['PUT', '/files/uploads/up_1'],
  ['PATCH', '/files/artifacts/a'],
  ['GET', '/socket.io/?EIO=4&transport=polling'],
])('at its own port the hub refuses %s %s of a page of another origin', async (method, path) => {
  const { status, body } = await ask(path, { method, headers: { origin: 'http://other.example' } })
  expect([status, body]).toEqual([403, expect.stringContaining('page of another address')])
  expect((await ask(path, { method })).status).not.toBe(403)
})

it('an address has a number of requests a minute to routes that need no ticket; health always answers', async () => {
  const from = '127.0.0.7'
  for (let left = limits.hub.openPerMinute; left > 0; left -= 100)
    await Promise.all(Array.from({ length: 100 }, () => ask('/v1/openapi.json', { from })))
  const refused = await ask('/v1/models', { from })
  expect([refused.status, JSON.parse(refused.body)]).toMatchObject([
    429,
    { error: { message: 'Too many requests came from this address within a minute.' } },
  ])
  expect((await ask('/files/health', { from })).status).toBe(200)
  // Its own claim changes nothing; what a trusted proxy says does.
  const headers = { 'x-forwarded-for': '198.51.100.1' }
  expect((await ask('/v1/models', { from, headers })).status).toBe(429)
  expect((await ask('/v1/models', { from: '127.0.0.1', headers })).status).toBe(200)
  expect((await ask('/v1/models', { from: '127.0.0.1', headers: { 'x-forwarded-for': from } })).status).toBe(
    429,
  )
}, 120_000)

it('no route takes a compressed body apart', async () => {
  const headers = { 'content-type': 'application/json', 'content-encoding': 'gzip' }
  expect((await ask('/files/agents/enroll', { method: 'POST', headers })).status).toBe(400)
})
