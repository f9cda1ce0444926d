import { apiKey, membership } from '@palate/db'
import { mayRole, roleNames } from '@palate/protocol'
import { and, eq } from 'drizzle-orm'
import { expect, test } from 'vitest'
import { createApiKey, listApiKeys, resolveApiKey, revokeApiKey } from '../api-key'
import { required } from '../error'
import { may } from '../permission'
import { createTestDeps, createWorkspaceFixture } from '../testing'
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
  for (const role of roleNames.filter((name) => !mayRole(name, 'apiKey:write'))) {
    await expect(createApiKey(fixture[role], { name: 'x' })).rejects.toMatchObject({ code: 'forbidden' })
    await expect(listApiKeys(fixture[role])).rejects.toMatchObject({ code: 'forbidden' })
    await expect(revokeApiKey(fixture[role], { id })).rejects.toMatchObject({ code: 'forbidden' })
  }
  expect(await resolveApiKey(deps, `${key}x`)).toBeNull()
})

test('a session has the user, the workspace and the scopes', async () => {
  const session = await getSession(deps, engineer, null)
  expect(session).toMatchObject({ role: 'engineer', workspace: { id: fixture.workspaceId } })
  expect(session.scopes).toContain('run:create')
  expect(session.scopes).not.toContain('agent:write')
  expect(session.workspaces).toHaveLength(1)
})
