import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { limits } from '@palate/config'
import { createTestDeps } from '@palate/core/testing'
import { afterAll, expect, test, vi } from 'vitest'
import { webEnv } from './testing'

vi.mock('next-auth', () => ({ getServerSession: async () => null }))

const { url } = await createTestDeps()
const storage = await mkdtemp(join(tmpdir(), 'palate-web-'))
for (const [name, value] of Object.entries(webEnv(url, storage))) vi.stubEnv(name, value)
const { GET } = await import('../app/api/trpc/[trpc]/route')
afterAll(() => rm(storage, { recursive: true, force: true }))

/** `chat.info`, which everyone may call, so often in one GET, from an address that the reverse proxy wrote. */
async function call(count: number, address: string) {
  const names = Array.from({ length: count }, () => 'chat.info').join(',')
  const input = Object.fromEntries(Array.from({ length: count }, (_, at) => [at, { json: {} }]))
  const query = `batch=1&input=${encodeURIComponent(JSON.stringify(input))}`
  const headers = { 'x-forwarded-for': address }
  const response = await GET(new Request(`http://localhost/api/trpc/${names}?${query}`, { headers }))
  return { status: response.status, text: await response.text() }
}

test('a request has a number of calls, and more are refused before any is made', async () => {
  const { batch } = limits.procedure
  for (const count of [batch + 1, 250]) {
    const { status, text } = await call(count, '192.0.2.1')
    expect([status, text]).toEqual([400, expect.stringContaining('exceeds maximum size')])
  }
  const { text } = await call(batch, '192.0.2.1')
  expect(JSON.parse(text)).toHaveLength(batch)
})

test('each call of a batch counts, for those without a sign-in, at their address', async () => {
  const { batch, anonymousPerMinute } = limits.procedure
  for (let left = anonymousPerMinute; left > 0; left -= batch)
    expect((await call(batch, '192.0.2.2')).status).not.toBe(429)
  const refused = await call(1, '192.0.2.2')
  expect([refused.status, refused.text]).toEqual([429, expect.stringContaining('Wait a minute, or sign in.')])
  expect((await call(1, '192.0.2.3')).status).not.toBe(429)
})
