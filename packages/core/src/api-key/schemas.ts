import { Id, type Scope, scopeNames, Text, WorkspaceRole } from '@palate/protocol'
import { z } from 'zod'

export const CreateApiKeyInput = z.strictObject({
  name: Text(80).trim().min(1, 'Enter a name that says what the key is for.'),
  role: WorkspaceRole.default('engineer'),
  /** Those permissions of the role that it has; null: all of them. */
  scopes: z
    .array(z.enum(scopeNames))
    .min(1, 'Choose what the key may do.')
    .max(scopeNames.length)
    .nullable()
    .default(null),
  /** Whether it acts for its maker and ends with their membership, or for the workspace. */
  personal: z.boolean().default(true),
  /** Null: it does not expire. */
  expiresInDays: z.int().min(1).max(3650).nullable().default(null),
})
export type CreateApiKeyInput = z.input<typeof CreateApiKeyInput>

export const ApiKeyRef = z.strictObject({ id: Id })
export type ApiKeyRef = z.infer<typeof ApiKeyRef>

export interface ApiKeyView {
  id: string
  name: string
  role: WorkspaceRole
  scopes: Scope[] | null
  personal: boolean
  createdBy: string
  createdAt: Date
  lastUsedAt: Date | null
  expiresAt: Date | null
}
