import { roleNames } from '@palate/protocol'
import type { Database } from '../client'
import { newId } from '../id'
import { agent, membership, persona, personaVersion, type Role, user, workspace } from '../schema'

/** A workspace with a member of each role. The password hashes are not valid. */
export async function createWorkspace(db: Database, name = 'Test workspace') {
  const id = newId('ws')
  await db.insert(workspace).values({ id, name, slug: id })
  const people = {} as Record<Role, string>
  for (const role of roleNames) people[role] = await createMember(db, id, role)
  return { id, people }
}

export async function createMember(db: Database, workspaceId: string, role: Role): Promise<string> {
  const id = newId('user')
  await db.insert(user).values({ id, email: `${id}@example.org`, name: role, passwordHash: 'none' })
  await db.insert(membership).values({ id: newId('mem'), workspaceId, userId: id, role })
  return id
}

export async function createPersona(db: Database, workspaceId: string, slug = 'mexican-vegan') {
  const personaId = newId('persona')
  const versionId = newId('pver')
  await db.insert(persona).values({ id: personaId, workspaceId, slug })
  await db.insert(personaVersion).values({
    id: versionId,
    workspaceId,
    personaId,
    number: 1,
    body: {
      name: 'a Mexican vegan',
      cuisines: ['mexican'],
      flavors: ['bold'],
      style: 'comfort',
      diets: ['vegan'],
      forbidden: ['chicken', 'cheese'],
      preferred: ['beans'],
      systemPrompt: null,
    },
  })
  return { personaId, versionId }
}

export async function createAgentRow(db: Database, workspaceId: string, name = 'machine') {
  const id = newId('agent')
  await db
    .insert(agent)
    .values({ id, workspaceId, name, credentialHash: id, kinds: ['pretrain', 'sft', 'dpo', 'generate'] })
  return id
}
