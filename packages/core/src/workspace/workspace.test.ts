import { apiKey, membership } from '@palate/db'
import { and, eq } from 'drizzle-orm'
import { expect, test } from 'vitest'
import { createApiKey, listApiKeys, resolveApiKey, revokeApiKey } from '../api-key'
import { required } from '../error'
import { createKitchen, createTestDeps } from '../testing'
import { resolveWorkspace } from './resolve'
import { getSession } from './session'

const deps = await createTestDeps()
const kitchen = await createKitchen(deps)
const other = await createKitchen(deps)
const engineer = { kind: 'user', userId: kitchen.people.engineer } as const

test('a member works in the workspace with the role held there, named by id, by slug or not at all', async () => {
  for (const named of [kitchen.workspaceId, null]) {
    const ctx = await resolveWorkspace(deps, engineer, named)
    expect(ctx).toMatchObject({ workspaceId: kitchen.workspaceId, role: 'engineer', actor: engineer })
  }
})

test('a stranger hears the same words whether the workspace exists or not', async () => {
  const refusals = await Promise.all(
    [other.workspaceId, 'no-such-workspace'].map((named) =>
      resolveWorkspace(deps, engineer, named).catch((error: Error) => error),
    ),
  )
  expect(refusals[0]).toMatchObject({ code: 'forbidden' })
  expect(refusals[0]).toEqual(refusals[1])
})

test('an API key acts in its own workspace, never above its maker, and not after it was revoked', async () => {
  const { id, key } = await createApiKey(kitchen.owner, { name: 'script', role: 'engineer' })
  const caller = required(await resolveApiKey(deps, key), 'The key')
  expect(await resolveWorkspace(deps, caller, null)).toMatchObject({ role: 'engineer' })
  await expect(resolveWorkspace(deps, caller, other.workspaceId)).rejects.toMatchObject({ code: 'forbidden' })

  const held = and(
    eq(membership.userId, kitchen.people.owner),
    eq(membership.workspaceId, kitchen.workspaceId),
  )
  await deps.db.update(membership).set({ role: 'viewer' }).where(held)
  expect(await resolveWorkspace(deps, caller, null)).toMatchObject({ role: 'viewer' })
  await deps.db.update(membership).set({ role: 'owner' }).where(held)

  await revokeApiKey(kitchen.owner, { id })
  expect(await resolveApiKey(deps, key)).toBeNull()
  await expect(resolveWorkspace(deps, caller, null)).rejects.toMatchObject({ code: 'unauthenticated' })
})

test('a key is kept as its hash, listed without it, and revoked only from within its workspace', async () => {
  const { id, key } = await createApiKey(kitchen.owner, { name: 'loop', role: 'viewer' })
  const [row] = await deps.db.select().from(apiKey).where(eq(apiKey.id, id))
  expect(JSON.stringify([row, await listApiKeys(kitchen.owner)])).not.toContain(key.slice(4))
  expect(await listApiKeys(kitchen.owner)).toMatchObject([{ id, name: 'loop', role: 'viewer' }])
  await expect(revokeApiKey(other.owner, { id })).rejects.toMatchObject({ code: 'not_found' })
  for (const role of ['viewer', 'labeler', 'engineer'] as const) {
    await expect(createApiKey(kitchen[role], { name: 'x' })).rejects.toMatchObject({ code: 'forbidden' })
    await expect(listApiKeys(kitchen[role])).rejects.toMatchObject({ code: 'forbidden' })
    await expect(revokeApiKey(kitchen[role], { id })).rejects.toMatchObject({ code: 'forbidden' })
  }
  expect(await resolveApiKey(deps, `${key}x`)).toBeNull()
})

test('a session tells who, where and what for', async () => {
  const session = await getSession(deps, engineer, null)
  expect(session).toMatchObject({ role: 'engineer', workspace: { id: kitchen.workspaceId } })
  expect(session.scopes).toContain('run:create')
  expect(session.scopes).not.toContain('agent:write')
  expect(session.workspaces).toHaveLength(1)
})
