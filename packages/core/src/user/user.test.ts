import { membership, persona, suiteCase, user, workspace } from '@palate/db'
import { eq } from 'drizzle-orm'
import { expect, test } from 'vitest'
import { createTestDeps } from '../testing'
import { bootstrapDemo } from './bootstrap-demo'
import { createUser } from './create'
import { verifySignIn } from './sign-in'

const deps = await createTestDeps()
const ada = { email: 'Ada@Example.org ', name: 'Ada', password: 'a long enough one' }

test('an account signs in with its address in any letter case, and only with its password', async () => {
  const { id } = await deps.db.transaction((tx) => createUser(tx, ada))
  const signIn = (email: string, password: string) => verifySignIn(deps, { email, password })
  expect(await signIn('ADA@example.org', ada.password)).toEqual({
    userId: id,
    name: 'Ada',
    email: 'ada@example.org',
  })
  expect(await signIn('ada@example.org', 'a long enough two')).toBeNull()
  expect(await signIn('nobody@example.org', ada.password)).toBeNull()
  expect(await signIn('ada@example.org', '')).toBeNull()
  const [row] = await deps.db.select().from(user).where(eq(user.id, id))
  expect(row?.passwordHash).toMatch(/^\$argon2id\$/)
})

test('an address has one account; a short password is refused', async () => {
  const again = { ...ada, email: 'ada@example.ORG' }
  await expect(deps.db.transaction((tx) => createUser(tx, again))).rejects.toMatchObject({ code: 'conflict' })
  const short = { email: 'bo@example.org', name: 'Bo', password: 'short' }
  await expect(deps.db.transaction((tx) => createUser(tx, short))).rejects.toThrow('at least 10 characters')
})

test('ten attempts in 15 minutes, also at once; then the address has to wait', async () => {
  const attempt = () => verifySignIn(deps, { email: 'guess@example.org', password: 'wrong password' })
  const results = await Promise.allSettled(Array.from({ length: 14 }, attempt))
  expect(results.filter(({ status }) => status === 'fulfilled')).toHaveLength(10)
  await expect(attempt()).rejects.toMatchObject({ code: 'rate_limited' })
  deps.advance(15 * 60_000 + 1)
  expect(await attempt()).toBeNull()
})

test('the demo is created once for any number of starts, and its password works', async () => {
  const starts = await Promise.all([bootstrapDemo(deps), bootstrapDemo(deps), bootstrapDemo(deps)])
  const [first] = starts.filter(({ created }) => created)
  expect(starts.filter(({ created }) => created)).toHaveLength(1)
  expect(starts.filter(({ ownerPassword }) => ownerPassword)).toHaveLength(1)
  expect(await deps.db.$count(workspace)).toBe(1)
  expect(await deps.db.$count(membership)).toBe(1)
  expect(await deps.db.$count(persona)).toBe(6)
  expect(await deps.db.$count(suiteCase)).toBeGreaterThanOrEqual(72)
  const signedIn = await verifySignIn(deps, {
    email: first?.ownerEmail ?? '',
    password: first?.ownerPassword ?? '',
  })
  expect(signedIn?.email).toBe(first?.ownerEmail)
})
