import { membership, persona, workspace } from '@palate/db'
import { eq } from 'drizzle-orm'
import { expect, test } from 'vitest'
import { createTestDeps, createWorkspaceFixture, queueRun } from '../testing'
import { createUser } from '../user'
import { createWorkspace, getSession, listWorkspaces, locate, renameWorkspace } from '.'

const deps = await createTestDeps()
let count = 0

async function newPerson() {
  count += 1
  const account = { email: `person${count}@example.org`, name: 'Person', password: 'a long enough one' }
  const { id } = await deps.all.transaction((tx) => createUser(tx, account))
  return { kind: 'user', userId: id } as const
}

test('who makes a workspace owns it, and finds in it what every workspace starts with', async () => {
  const person = await newPerson()
  const { id } = await createWorkspace(deps, person, { name: ' Crème & Co ' })
  expect(await getSession(deps, person, id)).toMatchObject({
    role: 'owner',
    workspace: { id, name: 'Crème & Co', slug: expect.stringMatching(/^cr-?e-?me-co-\w{8}$/) },
  })
  expect(await deps.all.$count(persona, eq(persona.workspaceId, id))).toBe(6)
})

test('a repeated call makes no second one; of another person with the same key it does', async () => {
  const [one, other] = [await newPerson(), await newPerson()]
  const key = '1b4e28ba-2fa1-41d2-883f-0016d3cca427'
  const made = await Promise.all([1, 2, 3].map(() => createWorkspace(deps, one, { name: 'Twice' }, key)))
  expect(new Set(made.map(({ id }) => id)).size).toBe(1)
  expect((await createWorkspace(deps, other, { name: 'Twice' }, key)).id).not.toBe(made[0]?.id)
  expect(await listWorkspaces(deps, one.userId)).toHaveLength(1)
})

test('a person owns ten workspaces at most, also when they ask for more at once', async () => {
  const person = await newPerson()
  for (let n = 0; n < 9; n += 1) {
    const id = `ws_owned${n}_${person.userId.slice(-8)}`
    await deps.all.insert(workspace).values({ id, name: 'Owned', slug: id })
    await deps.all
      .insert(membership)
      .values({ id: `mem_${id}`, workspaceId: id, userId: person.userId, role: 'owner' })
  }
  const results = await Promise.allSettled(
    Array.from({ length: 3 }, () => createWorkspace(deps, person, { name: 'One more' })),
  )
  expect(results.filter(({ status }) => status === 'fulfilled')).toHaveLength(1)
  expect(await listWorkspaces(deps, person.userId)).toHaveLength(10)
})

test('an API key makes no workspace', async () => {
  const { people, workspaceId } = await createWorkspaceFixture(deps)
  const key = { kind: 'apiKey', keyId: 'key_1', userId: people.owner, workspaceId } as const
  await expect(createWorkspace(deps, key, { name: 'x' })).rejects.toMatchObject({ code: 'forbidden' })
})

test('an admin renames the workspace, and nobody with less', async () => {
  const team = await createWorkspaceFixture(deps)
  await renameWorkspace(team.admin, { name: 'Bakery' })
  const [row] = await deps.all.select().from(workspace).where(eq(workspace.id, team.workspaceId))
  expect(row).toMatchObject({ name: 'Bakery', slug: team.workspaceId })
  await expect(renameWorkspace(team.engineer, { name: 'Mine' })).rejects.toMatchObject({ code: 'forbidden' })
})

test('a link is found in that one of my workspaces that has it, and in nobody else’s', async () => {
  const [mine, others] = [await createWorkspaceFixture(deps), await createWorkspaceFixture(deps)]
  const caller = { kind: 'user', userId: mine.people.viewer } as const
  const own = await queueRun(deps, mine.workspaceId)
  const foreign = await queueRun(deps, others.workspaceId)
  expect(await locate(deps, caller, { id: own.id })).toMatchObject({ id: mine.workspaceId })
  expect(await locate(deps, caller, { id: foreign.id })).toBeNull()
  expect(await locate(deps, caller, { id: 'ses_anything' })).toBeNull()
})
