import { nameDiskError } from '@palate/config'
import { apiKey, user } from '@palate/db'
import { eq, sql } from 'drizzle-orm'
import { expect, test } from 'vitest'
import { toFailure } from './failure'
import { openDeps } from './open'
import { createTestDeps, createWorkspaceFixture } from './testing'

const deps = await createTestDeps()
const fixture = await createWorkspaceFixture(deps)

/** A logger that keeps what a process would write, as JSON. */
function openLog() {
  const lines: string[] = []
  const write = (data: Record<string, unknown>, text: string) => {
    const plain = (_key: string, value: unknown) => (value instanceof Error ? value.stack : value)
    lines.push(JSON.stringify({ text, ...data }, plain))
  }
  const log = { info: write, warn: write, error: write }
  const opened = openDeps({
    databaseUrl: deps.url,
    secret: 'x'.repeat(32),
    storage: deps.storage,
    applicationName: 'test',
    log,
  })
  return { lines, opened }
}

const secret = 'somebody@example.org, who\nwrites "secrets"'

test.each<[string, () => Promise<unknown>, { code: string; message: RegExp }]>([
  [
    'a name that exists',
    () =>
      deps.all
        .insert(user)
        .values({ id: fixture.people.owner, email: secret, name: secret, passwordHash: '' }),
    { code: 'conflict', message: /created at the same time/ },
  ],
  [
    'a row that is gone',
    () =>
      deps.all
        .insert(apiKey)
        .values({ id: secret, workspaceId: secret, userId: secret, name: '', hash: '', role: 'viewer' }),
    { code: 'conflict', message: /removed at the same time/ },
  ],
  [
    'a NUL character',
    () =>
      deps.all
        .select()
        .from(user)
        .where(eq(user.id, `${secret}\u0000`)),
    { code: 'invalid', message: /cannot be stored/ },
  ],
  [
    'a query that takes too long',
    () =>
      deps.all.transaction(async (tx) => {
        await tx.execute(sql`set local statement_timeout = 10`)
        await tx.execute(sql`select pg_sleep(5), ${secret}`)
      }),
    { code: 'unavailable', message: /took too long/ },
  ],
  [
    'an unknown error',
    () => deps.all.execute(sql`select ${secret} from missing_table`),
    { code: 'internal', message: /in the log under request [0-9a-f]{10}/ },
  ],
  [
    'a value of the wrong type',
    () => deps.all.execute(sql`select ${secret}::text::int`),
    { code: 'internal', message: /in the log under request/ },
  ],
])('%s: neither the caller nor the log gets SQL values', async (_what, query, expected) => {
  const { lines, opened } = openLog()
  try {
    const error = await query().then(
      () => null,
      (cause: unknown) => cause,
    )
    expect(error).toBeInstanceOf(Error)
    const failure = toFailure(error, opened.deps.log, 'test')
    expect(failure).toMatchObject({ code: expected.code, message: expect.stringMatching(expected.message) })
    opened.deps.log.error({ error, text: String(error), stack: (error as Error).stack }, 'it failed')
    for (const text of [JSON.stringify(failure), ...lines]) {
      expect(text).not.toContain('somebody@example.org')
      expect(text).not.toContain('secrets')
    }
    expect(lines.join('')).toMatch(/failure\.test\.ts|at /)
  } finally {
    await opened.close()
  }
})

test('a request id leads to the cause in the log', async () => {
  const { lines, opened } = openLog()
  const failure = toFailure(new TypeError('boom'), opened.deps.log, 'GET /somewhere')
  const [id] = /[0-9a-f]{10}/.exec(failure.message) ?? []
  expect(lines).toHaveLength(1)
  for (const part of [String(id), 'boom', 'GET /somewhere']) expect(lines[0]).toContain(part)
  await opened.close()
})

test('a full disk is named with its place, or at least as one', async () => {
  const { opened } = openLog()
  const system = Object.assign(new Error('ENOSPC: no space left on device, write'), { code: 'ENOSPC' })
  const named = nameDiskError(system, { what: 'The file', place: 'the store' })
  expect(toFailure(new Error('outer', { cause: named }), opened.deps.log, 'test')).toEqual({
    code: 'unavailable',
    message: 'The file could not be written: the disk of the store is full.',
    remedy: 'Free some space there, then try again.',
  })
  expect(toFailure(system, opened.deps.log, 'test')).toMatchObject({
    code: 'unavailable',
    message: 'A disk of the machine that runs Palate is full.',
  })
  await opened.close()
})
