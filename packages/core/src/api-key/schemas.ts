import { Id, Text, WorkspaceRole } from '@palate/protocol'
import { z } from 'zod'

export const CreateApiKeyInput = z.strictObject({
  name: Text(80).trim().min(1, 'Enter a name that says what the key is for.'),
  role: WorkspaceRole.default('engineer'),
})
export type CreateApiKeyInput = z.input<typeof CreateApiKeyInput>

export const ApiKeyRef = z.strictObject({ id: Id })
export type ApiKeyRef = z.infer<typeof ApiKeyRef>

export interface ApiKeyView {
  id: string
  name: string
  role: WorkspaceRole
  createdBy: string
  createdAt: Date
  lastUsedAt: Date | null
}
