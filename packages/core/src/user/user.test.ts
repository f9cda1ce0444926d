import { auditLog, membership, persona, suiteCase, user, workspace } from '@palate/db'
import { eq } from 'drizzle-orm'
import { expect, test } from 'vitest'
import { createTestDeps, createWorkspaceFixture } from '../testing'
import { bootstrapDemo } from './bootstrap-demo'
import { createUser } from './create'
import { hashPassword } from './password'
import { signIn } from './sign-in'

const deps = await createTestDeps()
const ada = { email: 'Ada@Example.org ', name: 'Ada', password: 'a long enough one' }

const home = { address: '192.0.2.1', userAgent: 'a browser' }
const elsewhere = (host: number) => ({ address: `198.51.100.${host}`, userAgent: 'a script' })

test('an account signs in with its address in any letter case, and only with its password', async () => {
  const { id } = await deps.all.transaction((tx) => createUser(tx, ada))
  const enter = (email: string, password: string) => signIn(deps, { email, password }, home)
  expect(await enter('ADA@example.org', ada.password)).toEqual({
    userId: id,
    sessionId: expect.stringMatching(/^ses_/),
    name: 'Ada',
    email: 'ada@example.org',
  })
  expect(await enter('ada@example.org', 'a long enough two')).toBeNull()
  expect(await enter('nobody@example.org', ada.password)).toBeNull()
  expect(await enter('ada@example.org', '')).toBeNull()
  const [row] = await deps.all.select().from(user).where(eq(user.id, id))
  expect(row?.passwordHash).toMatch(/^\$argon2id\$/)
})

test('an address has one account; a short password is refused', async () => {
  const again = { ...ada, email: 'ada@example.ORG' }
  await expect(deps.all.transaction((tx) => createUser(tx, again))).rejects.toMatchObject({
    code: 'conflict',
  })
  const short = { email: 'bo@example.org', name: 'Bo', password: 'short' }
  await expect(deps.all.transaction((tx) => createUser(tx, short))).rejects.toThrow('at least 10 characters')
})

test('ten failures of an account at one address in 15 minutes, also at once; then they are refused', async () => {
  const attempt = () => signIn(deps, { email: 'guess@example.org', password: 'wrong password' }, home)
  const results = await Promise.allSettled(Array.from({ length: 14 }, attempt))
  expect(results.filter(({ status }) => status === 'fulfilled')).toHaveLength(10)
  await expect(attempt()).rejects.toMatchObject({ code: 'rate_limited' })
  deps.advance(15 * 60_000 + 1)
  expect(await attempt()).toBeNull()
})

test('attempts of strangers from anywhere do not lock the owner out where they have signed in before', async () => {
  const { email, password } = { email: 'ada@example.org', password: ada.password }
  const wrong = (host: number) => signIn(deps, { email, password: 'wrong' }, elsewhere(host))
  for (let host = 1; host <= 10; host += 1) await Promise.all(Array.from({ length: 10 }, () => wrong(host)))
  await expect(wrong(11)).rejects.toMatchObject({ code: 'rate_limited' })
  expect(await signIn(deps, { email, password }, home)).toMatchObject({ email })
})

test('one address cannot try many accounts', async () => {
  const attempt = (n: number) => signIn(deps, { email: `a${n}@example.org`, password: 'x' }, elsewhere(99))
  for (let n = 0; n < 50; n += 1) expect(await attempt(n)).toBeNull()
  await expect(attempt(50)).rejects.toMatchObject({ code: 'rate_limited' })
})

test('the audit log has each sign-in and each failure of an account', async () => {
  const { owner, people } = await createWorkspaceFixture(deps)
  const id = people.owner
  await deps.all
    .update(user)
    .set({ passwordHash: await hashPassword('the right one') })
    .where(eq(user.id, id))
  const [{ email = '' } = {}] = await deps.all.select().from(user).where(eq(user.id, id))
  await signIn(deps, { email, password: 'the wrong one' }, home)
  await signIn(deps, { email, password: 'the right one' }, home)
  const rows = await deps.all.select().from(auditLog).where(eq(auditLog.workspaceId, owner.workspaceId))
  expect(rows.filter(({ actorId }) => actorId === id)).toMatchObject([
    { action: 'user.signInFailed', ...home },
    { action: 'user.signIn', ...home },
  ])
})

test('the demo is created once for any number of starts, and its password works', async () => {
  const starts = await Promise.all([bootstrapDemo(deps), bootstrapDemo(deps), bootstrapDemo(deps)])
  const [first] = starts.filter(({ created }) => created)
  expect(starts.filter(({ created }) => created)).toHaveLength(1)
  expect(starts.filter(({ ownerPassword }) => ownerPassword)).toHaveLength(1)
  expect(await deps.all.$count(workspace, eq(workspace.slug, 'demo'))).toBe(1)
  expect(await deps.all.$count(membership, eq(membership.userId, first?.ownerId ?? ''))).toBe(1)
  expect(await deps.all.$count(persona)).toBe(6)
  expect(await deps.all.$count(suiteCase)).toBeGreaterThanOrEqual(72)
  const { ownerEmail = '', ownerPassword } = first ?? {}
  const signedIn = await signIn(deps, { email: ownerEmail, password: ownerPassword ?? '' }, home)
  expect(signedIn?.email).toBe(first?.ownerEmail)
})
