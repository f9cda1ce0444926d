import { apiKey, membership } from '@palate/db'
import { mayRole, roleNames } from '@palate/protocol'
import { and, eq } from 'drizzle-orm'
import { expect, test } from 'vitest'
import { createApiKey, listApiKeys, resolveApiKey, revokeApiKey } from '../api-key'
import { required } from '../error'
import { may } from '../permission'
import { createTestDeps, createWorkspaceFixture } from '../testing'
import { findListening } from './listener'
import { getSession, resolveWorkspace } from './session'

const deps = await createTestDeps()
const fixture = await createWorkspaceFixture(deps)
const other = await createWorkspaceFixture(deps)
const engineer = { kind: 'user', userId: fixture.people.engineer } as const

test('a member has their role in the workspace that is named by id, by slug or not at all', async () => {
  for (const named of [fixture.workspaceId, null]) {
    const ctx = await resolveWorkspace(deps, engineer, named)
    expect(ctx).toMatchObject({ workspaceId: fixture.workspaceId, role: 'engineer', actor: engineer })
  }
})

test('a stranger gets the same error whether the workspace exists or not', async () => {
  const errors = await Promise.all(
    [other.workspaceId, 'no-such-workspace'].map((named) =>
      resolveWorkspace(deps, engineer, named).catch((error: Error) => error),
    ),
  )
  expect(errors[0]).toMatchObject({ code: 'forbidden' })
  expect(errors[0]).toEqual(errors[1])
})

test('an API key acts in its own workspace, never above its creator, and not after it is revoked', async () => {
  const { id, key } = await createApiKey(fixture.owner, { name: 'script', role: 'engineer' })
  const caller = required(await resolveApiKey(deps, key), 'The key')
  const allowed = async () => {
    const ctx = await resolveWorkspace(deps, caller, null)
    return (['run:read', 'run:create', 'agent:write'] as const).filter((scope) => may(ctx, scope))
  }
  expect(await allowed()).toEqual(['run:read', 'run:create'])
  await expect(resolveWorkspace(deps, caller, other.workspaceId)).rejects.toMatchObject({ code: 'forbidden' })

  const held = and(
    eq(membership.userId, fixture.people.owner),
    eq(membership.workspaceId, fixture.workspaceId),
  )
  await deps.all.update(membership).set({ role: 'viewer' }).where(held)
  expect(await allowed()).toEqual(['run:read'])
  await deps.all.update(membership).set({ role: 'owner' }).where(held)

  await revokeApiKey(fixture.owner, { id })
  expect(await resolveApiKey(deps, key)).toBeNull()
  await expect(resolveWorkspace(deps, caller, null)).rejects.toMatchObject({ code: 'unauthenticated' })
})

test('a key is stored as its hash, listed without it, and revoked only in its workspace', async () => {
  const { id, key } = await createApiKey(fixture.owner, { name: 'loop', role: 'viewer' })
  const [row] = await deps.all.select().from(apiKey).where(eq(apiKey.id, id))
  expect(JSON.stringify([row, await listApiKeys(fixture.owner)])).not.toContain(key.slice(4))
  expect(await listApiKeys(fixture.owner)).toMatchObject([{ id, name: 'loop', role: 'viewer' }])
  await expect(revokeApiKey(other.owner, { id })).rejects.toMatchObject({ code: 'not_found' })
  for (const role of roleNames.filter((name) => !mayRole(name, 'apiKey:own'))) {
    await expect(createApiKey(fixture[role], { name: 'x' })).rejects.toMatchObject({ code: 'forbidden' })
    await expect(listApiKeys(fixture[role])).rejects.toMatchObject({ code: 'forbidden' })
    await expect(revokeApiKey(fixture[role], { id })).rejects.toMatchObject({ code: 'forbidden' })
  }
  expect(await resolveApiKey(deps, `${key}x`)).toBeNull()
})

test('a key of the workspace outlives its maker; a personal one does not', async () => {
  const team = await createWorkspaceFixture(deps)
  const held = and(eq(membership.userId, team.people.admin), eq(membership.workspaceId, team.workspaceId))
  const own = await createApiKey(team.admin, { name: 'own' })
  const shared = await createApiKey(team.admin, { name: 'theirs', personal: false })
  await deps.all.delete(membership).where(held)
  const uses = async (key: string) => {
    const caller = required(await resolveApiKey(deps, key), 'The key')
    const listener = { workspaceId: team.workspaceId, userId: caller.userId, keyId: caller.keyId }
    const heard = (await findListening(deps, [listener])).length
    return [heard, (await getSession(deps, caller, null).catch(() => null))?.role ?? null]
  }
  expect(await uses(own.key)).toEqual([0, null])
  expect(await uses(shared.key)).toEqual([1, 'engineer'])
})

test('a key does what was chosen for it, and never more than its maker could give', async () => {
  const { key } = await createApiKey(fixture.owner, { name: 'reader', scopes: ['run:read', 'model:read'] })
  const ctx = await resolveWorkspace(deps, required(await resolveApiKey(deps, key), 'The key'), null)
  expect((['run:read', 'run:create', 'label:read'] as const).filter((scope) => may(ctx, scope))).toEqual([
    'run:read',
  ])
  for (const [maker, input] of [
    [fixture.engineer, { role: 'owner' }],
    [fixture.engineer, { role: 'admin', scopes: ['member:write'] }],
    [fixture.engineer, { personal: false }],
    [fixture.admin, { role: 'owner' }],
    [fixture.owner, { role: 'viewer', scopes: ['run:create'] }],
    [{ ...fixture.owner, actor: ctx.actor }, { role: 'viewer' }],
  ] as const)
    await expect(
      createApiKey(maker, { name: 'x', ...input } as Parameters<typeof createApiKey>[1]),
    ).rejects.toMatchObject({ code: 'forbidden' })
})

test('an expired key opens nothing', async () => {
  const { key } = await createApiKey(fixture.owner, { name: 'short', expiresInDays: 1 })
  const caller = required(await resolveApiKey(deps, key), 'The key')
  deps.advance(24 * 3_600_000)
  expect(await resolveApiKey(deps, key)).toBeNull()
  await expect(resolveWorkspace(deps, caller, null)).rejects.toMatchObject({ code: 'unauthenticated' })
  const listener = { workspaceId: caller.workspaceId, userId: caller.userId, keyId: caller.keyId }
  expect(await findListening(deps, [listener])).toEqual([])
})

test('an engineer has keys of their own, and sees and revokes no others', async () => {
  const team = await createWorkspaceFixture(deps)
  const mine = await createApiKey(team.engineer, { name: 'mine' })
  const other = await createApiKey(team.admin, { name: 'other' })
  expect((await listApiKeys(team.engineer)).map(({ name }) => name)).toEqual(['mine'])
  expect(await listApiKeys(team.admin)).toHaveLength(2)
  await expect(revokeApiKey(team.engineer, { id: other.id })).rejects.toMatchObject({ code: 'not_found' })
  await revokeApiKey(team.engineer, { id: mine.id })
  expect(await listApiKeys(team.engineer)).toEqual([])
})

test('a session has the user, the workspace and the scopes', async () => {
  const session = await getSession(deps, engineer, null)
  expect(session).toMatchObject({ role: 'engineer', workspace: { id: fixture.workspaceId } })
  expect(session.scopes).toContain('run:create')
  expect(session.scopes).not.toContain('agent:write')
  expect(session.workspaces).toHaveLength(1)
})
