import { Id, Text, WorkspaceRole } from '@palate/protocol'
import { z } from 'zod'
import { Email, NewPassword } from '../user/schemas'

export const CreateInvitationInput = z.strictObject({
  role: WorkspaceRole,
  /** Whom it is for; null: anyone who has the link. */
  email: Email.nullable().default(null),
})
export type CreateInvitationInput = z.input<typeof CreateInvitationInput>

export const InvitationRef = z.strictObject({ id: Id })
export type InvitationRef = z.infer<typeof InvitationRef>

export const InvitationToken = z.strictObject({ token: Text(100) })
export type InvitationToken = z.infer<typeof InvitationToken>

export const NewAccount = z.strictObject({
  name: Text(80).trim().min(1, 'Enter your name.'),
  email: Email,
  password: NewPassword,
})
export type NewAccount = z.infer<typeof NewAccount>

export const JoinInput = z.strictObject({ token: Text(100), account: NewAccount })
export type JoinInput = z.infer<typeof JoinInput>

export interface InvitationView {
  id: string
  role: WorkspaceRole
  email: string | null
  createdBy: string
  createdAt: Date
  expiresAt: Date
}

export interface CreatedInvitation {
  id: string
  /** Shown once: only its hash is stored. Opened at the address that people use. */
  path: string
  expiresAt: Date
}

/** What somebody with the link may know before they accept. */
export interface InvitationPreview {
  workspace: string
  invitedBy: string
  role: WorkspaceRole
  email: string | null
  expiresAt: Date
}
