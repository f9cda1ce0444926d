import { agent, type Role } from '@palate/db'
import { createAgentRow, createWorkspace } from '@palate/db/testing'
import { eq } from 'drizzle-orm'
import type { AgentContext, ServiceContext } from '../context'
import { inWorkspace } from '../tenant'
import type { Arranging } from './deps'

export interface WorkspaceFixture extends Record<Role, ServiceContext> {
  workspaceId: string
  people: Record<Role, string>
}

/** A workspace with a person of each role, and the context in which each of them calls. */
export async function createWorkspaceFixture(deps: Arranging): Promise<WorkspaceFixture> {
  const { id: workspaceId, people } = await createWorkspace(deps.all)
  const of = (role: Role): ServiceContext => ({
    ...inWorkspace(deps, workspaceId),
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
export async function createAgent(
  deps: Arranging,
  workspaceId: string,
  name = 'machine',
): Promise<AgentContext> {
  const agentId = await createAgentRow(deps.all, workspaceId, name)
  const seen = { connectedAt: deps.now(), lastSeenAt: deps.now() }
  await deps.all.update(agent).set(seen).where(eq(agent.id, agentId))
  return { ...inWorkspace(deps, workspaceId), agentId, workspaceId }
}
