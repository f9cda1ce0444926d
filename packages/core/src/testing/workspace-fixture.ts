import { agent, type Role } from '@palate/db'
import { createAgentRow, createWorkspace } from '@palate/db/testing'
import { eq } from 'drizzle-orm'
import type { AgentContext, Deps, ServiceContext } from '../context'

export interface WorkspaceFixture extends Record<Role, ServiceContext> {
  workspaceId: string
  people: Record<Role, string>
}

/** A workspace with a person of each role, and the context in which each of them calls. */
export async function createWorkspaceFixture(deps: Deps): Promise<WorkspaceFixture> {
  const { id: workspaceId, people } = await createWorkspace(deps.db)
  const of = (role: Role): ServiceContext => ({
    ...deps,
    workspaceId,
    role,
    actor: { kind: 'user', userId: people[role] },
  })
  return {
    workspaceId,
    people,
    owner: of('owner'),
    admin: of('admin'),
    engineer: of('engineer'),
    reviewer: of('reviewer'),
    labeler: of('labeler'),
    viewer: of('viewer'),
  }
}

/** An agent of the workspace, connected now. */
export async function createAgent(deps: Deps, workspaceId: string, name = 'machine'): Promise<AgentContext> {
  const agentId = await createAgentRow(deps.db, workspaceId, name)
  const seen = { connectedAt: deps.now(), lastSeenAt: deps.now() }
  await deps.db.update(agent).set(seen).where(eq(agent.id, agentId))
  return { ...deps, agentId, workspaceId }
}
