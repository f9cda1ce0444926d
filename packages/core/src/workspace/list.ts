import { type Database, membership, workspace } from '@palate/db'
import { asc, eq } from 'drizzle-orm'
import type { WorkspaceView } from './schemas'

/** The workspaces of a person, the one joined first in front. */
export async function listWorkspaces(db: Database, userId: string): Promise<WorkspaceView[]> {
  return db
    .select({ id: workspace.id, slug: workspace.slug, name: workspace.name, role: membership.role })
    .from(membership)
    .innerJoin(workspace, eq(workspace.id, membership.workspaceId))
    .where(eq(membership.userId, userId))
    .orderBy(asc(membership.createdAt), asc(membership.id))
}
