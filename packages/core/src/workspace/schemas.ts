import { Id, Text, type WorkspaceRole } from '@palate/protocol'
import { z } from 'zod'

const Name = Text(60).trim().min(1, 'Enter a name.')

export const CreateWorkspaceInput = z.strictObject({ name: Name })
export type CreateWorkspaceInput = z.infer<typeof CreateWorkspaceInput>

export const RenameWorkspaceInput = z.strictObject({ name: Name })
export type RenameWorkspaceInput = z.infer<typeof RenameWorkspaceInput>

/** The id of a run, a dataset version, a persona, a batch, an evaluation or a model. */
export const LocateInput = z.strictObject({ id: Id })
export type LocateInput = z.infer<typeof LocateInput>

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
