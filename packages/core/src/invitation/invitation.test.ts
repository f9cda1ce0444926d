import { auditLog, invitation, membership, user } from '@palate/db'
import { and, eq } from 'drizzle-orm'
import { expect, test } from 'vitest'
import type { ServiceContext } from '../context'
import { changeRole, disableMember } from '../member'
import { createTestDeps, createWorkspaceFixture } from '../testing'
import { createUser } from '../user'
import {
  acceptInvitation,
  createInvitation,
  joinAsNew,
  listInvitations,
  previewInvitation,
  revokeInvitation,
} from '.'

const deps = await createTestDeps()
const address = '192.0.2.1'
const password = 'a long enough one'
let count = 0

const newEmail = () => {
  count += 1
  return `new${count}@example.org`
}

async function newPerson(email = newEmail()) {
  const { id } = await deps.all.transaction((tx) => createUser(tx, { email, name: 'Person', password }))
  return { kind: 'user', userId: id } as const
}

async function invite(ctx: ServiceContext, input: Parameters<typeof createInvitation>[1]) {
  const { id, path } = await createInvitation(ctx, input)
  return { id, token: path.replace('/invite/', '') }
}

const roleOf = async (workspaceId: string, userId: string) => {
  const own = and(eq(membership.workspaceId, workspaceId), eq(membership.userId, userId))
  return (await deps.all.select().from(membership).where(own))[0]?.role
}

const preview = (token: string) => previewInvitation(deps, address, { token })
const closed = { code: 'not_found', message: expect.stringContaining('not valid') }

test('a signed-in person joins with the role of the link, once; a second click changes nothing', async () => {
  const team = await createWorkspaceFixture(deps)
  const { token } = await invite(team.admin, { role: 'reviewer' })
  expect(await preview(token)).toMatchObject({ workspace: 'Test workspace', invitedBy: 'admin', email: null })
  const person = await newPerson()
  const both = await Promise.all([1, 2].map(() => acceptInvitation(deps, person, { token })))
  expect(both).toEqual([{ workspaceId: team.workspaceId }, { workspaceId: team.workspaceId }])
  expect(await roleOf(team.workspaceId, person.userId)).toBe('reviewer')
  await expect(acceptInvitation(deps, await newPerson(), { token })).rejects.toMatchObject(closed)
  await expect(preview(token)).rejects.toMatchObject(closed)
  const log = await deps.all.select().from(auditLog).where(eq(auditLog.action, 'invitation.accept'))
  expect(log.filter(({ workspaceId }) => workspaceId === team.workspaceId)).toHaveLength(1)
})

test('of people who open one link at the same time, one joins', async () => {
  const team = await createWorkspaceFixture(deps)
  const { token } = await invite(team.owner, { role: 'labeler' })
  const known = await Promise.all([newPerson(), newPerson(), newPerson()])
  const before = await deps.all.$count(membership, eq(membership.workspaceId, team.workspaceId))
  const results = await Promise.allSettled([
    ...known.map((person) => acceptInvitation(deps, person, { token })),
    ...known.map(() =>
      joinAsNew(deps, address, { token, account: { email: newEmail(), name: 'New', password } }),
    ),
  ])
  expect(results.filter(({ status }) => status === 'fulfilled')).toHaveLength(1)
  const after = await deps.all.$count(membership, eq(membership.workspaceId, team.workspaceId))
  expect(after).toBe(before + 1)
})

test('a new person gets an account; a second click makes no second one', async () => {
  const team = await createWorkspaceFixture(deps)
  const { token } = await invite(team.owner, { role: 'viewer' })
  const account = { email: ' Cook@Example.org', name: 'Cook', password }
  const results = await Promise.allSettled([1, 2].map(() => joinAsNew(deps, address, { token, account })))
  expect(results.map(({ status }) => status).sort()).toEqual(['fulfilled', 'rejected'])
  const [made, ...more] = await deps.all.select().from(user).where(eq(user.email, 'cook@example.org'))
  expect(more).toEqual([])
  expect(await roleOf(team.workspaceId, made?.id ?? '')).toBe('viewer')
})

test('an address that has an account is not taken over by an invitation', async () => {
  const team = await createWorkspaceFixture(deps)
  const email = newEmail()
  await newPerson(email)
  const [before] = await deps.all.select().from(user).where(eq(user.email, email))
  const { token } = await invite(team.owner, { role: 'viewer' })
  const account = { email: email.toUpperCase(), name: 'Thief', password: 'another long one' }
  await expect(joinAsNew(deps, address, { token, account })).rejects.toMatchObject({ code: 'conflict' })
  const [after] = await deps.all.select().from(user).where(eq(user.email, email))
  expect(after).toEqual(before)
  expect(await preview(token)).toMatchObject({ role: 'viewer' })
})

test('an invitation to an address is for that address alone, in any letter case', async () => {
  const team = await createWorkspaceFixture(deps)
  const email = newEmail()
  const { token } = await invite(team.owner, { role: 'viewer', email: email.toUpperCase() })
  await expect(acceptInvitation(deps, await newPerson(), { token })).rejects.toMatchObject({
    code: 'forbidden',
    message: expect.stringContaining(email),
  })
  const account = { email: newEmail(), name: 'Other', password }
  await expect(joinAsNew(deps, address, { token, account })).rejects.toMatchObject({ code: 'forbidden' })
  await acceptInvitation(deps, await newPerson(email), { token })
})

test('an address with letters that only look like others is refused', async () => {
  const team = await createWorkspaceFixture(deps)
  for (const email of ['mi\u212ae@example.org', 'm\u0131ke@example.org', 'mike@ex\u0430mple.org'])
    await expect(createInvitation(team.owner, { role: 'viewer', email })).rejects.toThrow()
})

test('a link is worth nothing once it is revoked, expired, or its maker may not give the role', async () => {
  const team = await createWorkspaceFixture(deps)
  const revoked = await invite(team.owner, { role: 'viewer' })
  await revokeInvitation(team.admin, { id: revoked.id })
  await revokeInvitation(team.admin, { id: revoked.id })
  await expect(preview(revoked.token)).rejects.toMatchObject(closed)

  const old = await invite(team.owner, { role: 'viewer' })
  await deps.all.update(invitation).set({ expiresAt: deps.now() }).where(eq(invitation.id, old.id))
  await expect(acceptInvitation(deps, await newPerson(), { token: old.token })).rejects.toMatchObject(closed)

  const byAdmin = await invite(team.admin, { role: 'engineer' })
  const held = and(eq(membership.userId, team.people.admin), eq(membership.workspaceId, team.workspaceId))
  const [admin] = await deps.all.select().from(membership).where(held)
  await changeRole(team.owner, { id: admin?.id ?? '', role: 'engineer' })
  await expect(preview(byAdmin.token)).rejects.toMatchObject(closed)
  await expect(preview('piv_made_up')).rejects.toMatchObject(closed)
})

test('a disabled member gets in by no link; a member keeps their role and uses no link up', async () => {
  const team = await createWorkspaceFixture(deps)
  const { token } = await invite(team.owner, { role: 'admin' })
  const held = and(eq(membership.userId, team.people.viewer), eq(membership.workspaceId, team.workspaceId))
  const [viewer] = await deps.all.select().from(membership).where(held)
  const person = { kind: 'user', userId: team.people.viewer } as const
  await acceptInvitation(deps, person, { token })
  expect(await roleOf(team.workspaceId, person.userId)).toBe('viewer')
  await disableMember(team.owner, { id: viewer?.id ?? '' })
  await expect(acceptInvitation(deps, person, { token })).rejects.toMatchObject({ code: 'forbidden' })
  expect(await preview(token)).toMatchObject({ role: 'admin' })
})

test('the token is stored as its hash and listed nowhere; another team neither sees nor revokes it', async () => {
  const [team, other] = [await createWorkspaceFixture(deps), await createWorkspaceFixture(deps)]
  const { id, token } = await invite(team.owner, { role: 'viewer' })
  const rows = await deps.all.select().from(invitation)
  const log = await deps.all.select().from(auditLog)
  expect(JSON.stringify([rows, log, await listInvitations(team.owner)])).not.toContain(token.slice(4))
  expect(await listInvitations(team.admin)).toMatchObject([{ id, role: 'viewer', createdBy: 'owner' }])
  expect(await listInvitations(other.owner)).toEqual([])
  await expect(revokeInvitation(other.owner, { id })).rejects.toMatchObject({ code: 'not_found' })
  for (const verb of [listInvitations, (ctx: ServiceContext) => createInvitation(ctx, { role: 'viewer' })])
    await expect(verb(team.engineer)).rejects.toMatchObject({ code: 'forbidden' })
})

test('an address has so many looks at links in a time, those that find nothing included', async () => {
  const look = () => previewInvitation(deps, '198.51.100.7', { token: 'piv_guess' })
  const results = await Promise.allSettled(Array.from({ length: 61 }, look))
  const codes = results.map((one) => (one.status === 'rejected' ? one.reason.code : 'found'))
  expect(codes.filter((code) => code === 'not_found')).toHaveLength(60)
  expect(codes.filter((code) => code === 'rate_limited')).toHaveLength(1)
})
