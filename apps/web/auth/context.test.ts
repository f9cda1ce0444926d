import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createTestDeps } from '@palate/core/testing'
import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { webEnv } from './testing'

const { url: migrated } = await createTestDeps()
const key = 'plt_a-key-that-must-stay-secret'
const address = 'somebody@example.org'
let storage = ''
let written = ''

beforeEach(async () => {
  storage = await mkdtemp(join(tmpdir(), 'palate-web-'))
  written = ''
  vi.resetModules()
  Reflect.deleteProperty(globalThis, 'palateDeps')
  vi.spyOn(process.stdout, 'write').mockImplementation((text) => {
    written += String(text)
    return true
  })
})

afterEach(async () => {
  vi.restoreAllMocks()
  vi.unstubAllEnvs()
  await rm(storage, { recursive: true, force: true })
})

/** A call of the web app's own route, with a database that does not work. */
async function call(databaseUrl: string, path: string): Promise<{ status: number; text: string }> {
  for (const [name, value] of Object.entries(webEnv(databaseUrl, storage))) vi.stubEnv(name, value)
  const { GET } = await import('../app/api/trpc/[trpc]/route')
  const url = `http://localhost/api/trpc/${path}`
  const response = await GET(new Request(url, { headers: { authorization: `Bearer ${key}` } }))
  return { status: response.status, text: await response.text() }
}

const databases = {
  down: () => {
    const url = new URL(migrated)
    url.port = '1'
    return url.toString()
  },
  'without tables': () => {
    const url = new URL(migrated)
    url.pathname = '/postgres'
    return url.toString()
  },
}

test.each([
  ['down' as const, 503, /The database is not available at the moment/],
  ['without tables' as const, 500, /It is in the log under request [0-9a-f]{10}/],
])(
  'a database that is %s: neither the client nor the log gets SQL values',
  async (state, status, message) => {
    const input = encodeURIComponent(JSON.stringify({ json: { slug: address } }))
    for (const path of ['run.list', `chat.info?input=${input}`]) {
      const { status: got, text } = await call(databases[state](), path)
      expect(got).toBe(status)
      expect(text).toMatch(message)
      expect(text).not.toMatch(/select|Failed query|api_key/)
      for (const output of [text, written]) {
        expect(output).not.toContain(address)
        expect(output).not.toContain(key)
        expect(output).not.toMatch(/params:/)
      }
    }
  },
)
