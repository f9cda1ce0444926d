import { mayRole, type Scope, scopesOf } from '@palate/core'
import { createTestDeps, createWorkspaceFixture } from '@palate/core/testing'
import { roleNames } from '@palate/protocol'
import { TRPCError } from '@trpc/server'
import { expect, test } from 'vitest'
import type { Caller } from './context'
import { appRouter } from './root'
import { createCallerFactory } from './trpc'

const deps = await createTestDeps()
const fixture = await createWorkspaceFixture(deps)
const elsewhere = await createWorkspaceFixture(deps)

/** The procedures without a workspace scope. Adding one here is a decision; a forgotten scope fails the test. */
const open: Record<string, 'public' | 'session'> = {
  'chat.feedback': 'public',
  'chat.info': 'public',
  'chat.turn': 'public',
  'invitation.accept': 'session',
  'invitation.join': 'public',
  'invitation.preview': 'public',
  'member.leave': 'session',
  'session.me': 'session',
  'user.changePassword': 'session',
  'user.endOtherSessions': 'session',
  'user.endSession': 'session',
  'user.recentAuth': 'session',
  'user.reauthenticate': 'session',
  'user.sessions': 'session',
  'workspace.create': 'session',
  'workspace.locate': 'session',
}

const scopes: readonly string[] = scopesOf('owner')
const isScope = (value: string): value is Scope => scopes.includes(value)

/** At run time this record is flat, with full paths as keys, although its type is nested. */
interface Described {
  _def: { type: string; meta?: { scope?: string } }
}

const procedures = Object.entries(appRouter._def.procedures).map(([path, procedure]) => {
  const { type, meta } = (procedure as unknown as Described)._def
  return { path, type, scope: meta?.scope ?? 'none' }
})
const scoped = procedures.flatMap((one) => (isScope(one.scope) ? [{ ...one, scope: one.scope }] : []))

/** Calls without an input, because the scope is checked before the input. @returns the error's code */
async function call(path: string, caller: Caller): Promise<string> {
  const context = { deps, caller, workspace: fixture.workspaceId }
  let target: unknown = createCallerFactory(appRouter)(context)
  for (const key of path.split('.')) target = (target as Record<string, unknown>)[key]
  try {
    await (target as (input?: unknown) => Promise<unknown>)()
    return 'OK'
  } catch (error) {
    if (error instanceof TRPCError) return error.code
    throw error
  }
}

test('every procedure has a scope, and only these are public', () => {
  expect(procedures.length).toBeGreaterThan(20)
  const openOnes = procedures.filter(({ scope }) => !isScope(scope)).map(({ path, scope }) => [path, scope])
  for (const [path = '', scope] of openOnes) expect([path, scope]).toEqual([path, open[path]])
})

/** Permissions that no procedure asks for, and what does. */
const askedElsewhere: Record<string, string> = {
  'apiKey:write':
    'apiKey.list and apiKey.revoke, for the keys of others; apiKey.create, for a key of the workspace',
  'run:override': 'run.create, for a run in spite of an error of its preflight',
}

test('every permission that the page of members shows is asked for', () => {
  const asked = new Set(procedures.map(({ scope }) => scope))
  expect(scopes.filter((scope) => !asked.has(scope)).sort()).toEqual(Object.keys(askedElsewhere).sort())
})

test.each(procedures.filter(({ scope }) => scope !== 'public'))(
  '$path refuses a caller without a session',
  async ({ path }) => {
    expect(await call(path, { kind: 'nobody' })).toBe('UNAUTHORIZED')
  },
)

/** An account is its own: those procedures look at the caller alone, whatever workspace is named. */
const isOwnAccount = ({ path, scope }: { path: string; scope: string }) =>
  scope === 'session' && !['session.me', 'member.leave'].includes(path)

test.each(procedures.filter(isOwnAccount))('$path refuses an API key', async ({ path }) => {
  const key = {
    kind: 'apiKey',
    keyId: 'key_1',
    userId: fixture.people.owner,
    workspaceId: fixture.workspaceId,
  } as const
  expect(await call(path, key)).toBe('FORBIDDEN')
})

test.each(procedures.filter((one) => one.scope !== 'public' && !isOwnAccount(one)))(
  '$path refuses a stranger',
  async ({ path }) => {
    expect(await call(path, { kind: 'user', userId: elsewhere.people.owner })).toBe('FORBIDDEN')
  },
)

test.each(scoped)('$path ($scope) allows exactly the roles that have its scope', async ({ path, scope }) => {
  for (const role of roleNames) {
    if (mayRole(role, scope)) continue
    expect(`${role} ${await call(path, { kind: 'user', userId: fixture.people[role] })}`).toBe(
      `${role} FORBIDDEN`,
    )
  }
})

test.each(scoped.filter(({ type }) => type === 'mutation'))(
  '$path changes things: no viewer',
  async ({ path }) => {
    expect(await call(path, { kind: 'user', userId: fixture.people.viewer })).toBe('FORBIDDEN')
  },
)

test('a caller with the scope passes', async () => {
  const engineer = { kind: 'user', userId: fixture.people.engineer } as const
  expect(await call('run.list', engineer)).toBe('OK')
  expect(await call('run.create', engineer)).toBe('BAD_REQUEST')
  expect(await call('session.me', engineer)).toBe('OK')
})
