import { Id, WorkspaceRole } from '@palate/protocol'
import { z } from 'zod'

export const MemberRef = z.strictObject({ id: Id })
export type MemberRef = z.infer<typeof MemberRef>

export const ChangeRoleInput = z.strictObject({ id: Id, role: WorkspaceRole })
export type ChangeRoleInput = z.infer<typeof ChangeRoleInput>

export interface MemberView {
  id: string
  name: string
  email: string
  role: WorkspaceRole
  joinedAt: Date
  disabledAt: Date | null
  /** Whether it is the caller. */
  self: boolean
}
