import type { WorkspaceRole } from '@palate/protocol'

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
