import { z } from 'zod'

export const WorkspaceRole = z.enum(['owner', 'engineer', 'labeler', 'viewer'])
export type WorkspaceRole = z.infer<typeof WorkspaceRole>

export interface WorkspaceView {
  id: string
  slug: string
  name: string
  role: WorkspaceRole
}

export interface SessionView {
  user: { id: string; name: string; email: string }
  workspace: { id: string; slug: string; name: string }
  role: WorkspaceRole
  scopes: string[]
  workspaces: WorkspaceView[]
}
