import { createTestDeps } from '@palate/core/testing'
import { expect, test, vi } from 'vitest'

const { url: migrated } = await createTestDeps()

vi.mock('next-auth', () => ({ getServerSession: async () => ({ sid: 'session_that-stays-secret' }) }))

test('a page that cannot ask the database fails with a sentence, not with SQL', async () => {
  const secret = 'a secret that only the tests know'
  const down = new URL(migrated)
  down.port = '1'
  const env = {
    DATABASE_URL: down.toString(),
    PALATE_SECRET: secret,
    NEXTAUTH_SECRET: secret,
    NEXTAUTH_URL: 'http://localhost',
    PALATE_STORAGE: '/tmp',
  }
  for (const [name, value] of Object.entries(env)) vi.stubEnv(name, value)
  let written = ''
  vi.spyOn(process.stdout, 'write').mockImplementation((text) => {
    written += String(text)
    return true
  })
  const { findSession } = await import('./session')
  const error: unknown = await findSession().catch((cause: unknown) => cause)
  vi.restoreAllMocks()
  vi.unstubAllEnvs()
  expect(error).toBeInstanceOf(Error)
  const { message, stack = '' } = error as Error
  expect(message).toBe('The database is not available at the moment.')
  for (const text of [message, stack, written]) {
    expect(text).not.toMatch(/params|session_that/)
    expect(text.replace(/"message":"Failed query: [^"]*"/g, '')).not.toMatch(/select /)
  }
  expect(error).not.toHaveProperty('query')
  expect((error as Error).cause).toBeUndefined()
})
