import { apiKey, invitation, membership, session } from '@palate/db'
import { and, eq } from 'drizzle-orm'
import { expect, test } from 'vitest'
import { createApiKey, resolveApiKey } from '../api-key'
import type { ServiceContext } from '../context'
import { createInvitation } from '../invitation'
import { inWorkspace } from '../tenant'
import { createTestDeps, createWorkspaceFixture, type WorkspaceFixture } from '../testing'
import { openSession } from '../user/session'
import { findListening, resolveWorkspace, verifyHeldTicket } from '../workspace'
import { changeRole, disableMember, enableMember, leaveWorkspace, listMembers, removeMember } from '.'
import { transferOwnership } from './transfer'

const deps = await createTestDeps()

async function memberOf(ctx: ServiceContext, userId: string) {
  const own = and(eq(membership.userId, userId), eq(membership.workspaceId, ctx.workspaceId))
  const [found] = await deps.all.select().from(membership).where(own)
  return found
}

async function idOf({ owner, people }: WorkspaceFixture, role: keyof WorkspaceFixture['people']) {
  return (await memberOf(owner, people[role]))?.id ?? ''
}

test('an admin changes members up to admins, and no owner; others change nobody', async () => {
  const team = await createWorkspaceFixture(deps)
  await changeRole(team.admin, { id: await idOf(team, 'viewer'), role: 'admin' })
  expect((await memberOf(team.owner, team.people.viewer))?.role).toBe('admin')
  for (const attempt of [
    async () => changeRole(team.admin, { id: await idOf(team, 'labeler'), role: 'owner' }),
    async () => changeRole(team.admin, { id: await idOf(team, 'owner'), role: 'viewer' }),
    async () => disableMember(team.admin, { id: await idOf(team, 'owner') }),
    async () => removeMember(team.admin, { id: await idOf(team, 'owner') }),
    async () => createInvitation(team.admin, { role: 'owner' }),
    async () => transferOwnership(team.admin, { id: await idOf(team, 'admin') }),
    async () => changeRole(team.engineer, { id: await idOf(team, 'labeler'), role: 'viewer' }),
  ])
    await expect(attempt()).rejects.toMatchObject({ code: 'forbidden' })
  expect((await listMembers(team.viewer)).filter(({ role }) => role === 'owner')).toHaveLength(1)
})

test('a key with few permissions gives no role with more', async () => {
  const team = await createWorkspaceFixture(deps)
  const narrow = { ...team.owner, scopes: ['workspace:read', 'member:write'] as const }
  await expect(createInvitation(narrow, { role: 'viewer' })).rejects.toMatchObject({ code: 'forbidden' })
})

test('a member of another workspace is not found', async () => {
  const [team, other] = [await createWorkspaceFixture(deps), await createWorkspaceFixture(deps)]
  const id = await idOf(other, 'viewer')
  for (const verb of [disableMember, enableMember, removeMember])
    await expect(verb(team.owner, { id })).rejects.toMatchObject({ code: 'not_found' })
  await expect(changeRole(team.owner, { id, role: 'labeler' })).rejects.toMatchObject({ code: 'not_found' })
})

test('the last owner stays one: alone, and when two owners demote each other at once', async () => {
  const team = await createWorkspaceFixture(deps)
  const own = await idOf(team, 'owner')
  await expect(changeRole(team.owner, { id: own, role: 'admin' })).rejects.toMatchObject({ code: 'conflict' })
  await expect(leaveWorkspace(team.owner)).rejects.toMatchObject({ code: 'conflict' })
  const second = await idOf(team, 'admin')
  await changeRole(team.owner, { id: second, role: 'owner' })
  const other = { ...team.admin, role: 'owner' as const }
  const results = await Promise.allSettled([
    changeRole(team.owner, { id: second, role: 'viewer' }),
    changeRole(other, { id: own, role: 'viewer' }),
    leaveWorkspace(team.owner),
    leaveWorkspace(other),
  ])
  expect(results.some(({ status }) => status === 'rejected')).toBe(true)
  const owners = (await deps.all.select().from(membership)).filter(
    ({ workspaceId, role }) => workspaceId === team.workspaceId && role === 'owner',
  )
  expect(owners).toHaveLength(1)
})

test('a disabled member loses their pages, sockets, key and links at once, and gets them back', async () => {
  const team = await createWorkspaceFixture(deps)
  const userId = team.people.engineer
  const id = await idOf(team, 'engineer')
  const caller = { kind: 'user', userId } as const
  const { key } = await createApiKey(
    { ...inWorkspace(deps, team.workspaceId), ...team.owner, actor: caller },
    { name: 'own' },
  )
  const held = { workspaceId: team.workspaceId, userId }
  const ticket = await deps.tickets.sign('upload', { ...held, uploadId: 'upload_1' }, 60)
  const state = async () => ({
    pages: await resolveWorkspace(deps, caller, team.workspaceId).then(
      () => true,
      () => false,
    ),
    sockets: (await findListening(deps, [held])).length === 1,
    key: await resolveApiKey(deps, key)
      .then((found) => found && resolveWorkspace(deps, found, null))
      .then(Boolean, () => false),
    links: await verifyHeldTicket(deps, 'upload', ticket).then(
      () => true,
      () => false,
    ),
  })
  const all = { pages: true, sockets: true, key: true, links: true }
  const none = { pages: false, sockets: false, key: false, links: false }
  expect(await state()).toEqual(all)
  await disableMember(team.owner, { id })
  await disableMember(team.owner, { id })
  expect(await state()).toEqual(none)
  await enableMember(team.admin, { id })
  expect(await state()).toEqual(all)
  await removeMember(team.admin, { id })
  expect(await state()).toEqual(none)
})

test('who is removed takes their keys and open invitations along', async () => {
  const team = await createWorkspaceFixture(deps)
  const asAdmin = { kind: 'user', userId: team.people.admin } as const
  await createApiKey({ ...team.owner, actor: asAdmin }, { name: 'own' })
  const shared = await createApiKey({ ...team.owner, actor: asAdmin }, { name: 'theirs', personal: false })
  await createInvitation(team.admin, { role: 'viewer' })
  await removeMember(team.owner, { id: await idOf(team, 'admin') })
  const made = and(eq(apiKey.userId, team.people.admin), eq(apiKey.personal, true))
  const [key] = await deps.all.select().from(apiKey).where(made)
  const [open] = await deps.all.select().from(invitation).where(eq(invitation.createdBy, team.people.admin))
  expect([key?.revokedAt, open?.revokedAt]).toEqual([expect.any(Date), expect.any(Date)])
  expect(await resolveApiKey(deps, shared.key)).not.toBeNull()
})

test('nobody disables or removes themselves; who was demoted meanwhile changes nothing', async () => {
  const team = await createWorkspaceFixture(deps)
  const own = await idOf(team, 'admin')
  for (const verb of [disableMember, removeMember])
    await expect(verb(team.admin, { id: own })).rejects.toMatchObject({ code: 'invalid' })
  await changeRole(team.owner, { id: own, role: 'viewer' })
  const attempt = changeRole(team.admin, { id: await idOf(team, 'viewer'), role: 'labeler' })
  await expect(attempt).rejects.toMatchObject({ code: 'forbidden' })
})

test('ownership is handed on only by an owner who has just proved who they are', async () => {
  const team = await createWorkspaceFixture(deps)
  const userId = team.people.owner
  const origin = { address: '192.0.2.1', userAgent: 'a browser' }
  const sessionId = await deps.all.transaction((tx) => openSession(tx, { userId, now: deps.now(), origin }))
  const signedIn = { ...team.owner, actor: { kind: 'user', userId, sessionId } as const }
  const id = await idOf(team, 'engineer')
  await deps.all
    .update(session)
    .set({ authenticatedAt: new Date(0) })
    .where(eq(session.id, sessionId))
  const key = { ...team.owner, actor: { kind: 'apiKey', keyId: 'key_1', userId } as const }
  for (const ctx of [key, signedIn])
    await expect(transferOwnership(ctx, { id })).rejects.toMatchObject({ code: 'forbidden' })
  await deps.all.update(session).set({ authenticatedAt: deps.now() }).where(eq(session.id, sessionId))
  await transferOwnership(signedIn, { id })
  expect((await memberOf(team.owner, team.people.engineer))?.role).toBe('owner')
  expect((await memberOf(team.owner, userId))?.role).toBe('admin')
})
