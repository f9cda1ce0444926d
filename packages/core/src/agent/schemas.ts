import type { Hardware } from '@palate/protocol'
import { z } from 'zod'

export const AgentRef = z.strictObject({ id: z.string().min(1).max(60) })
export type AgentRef = z.infer<typeof AgentRef>

export interface AgentView {
  id: string
  name: string
  status: 'online' | 'offline' | 'revoked'
  version: string | null
  labels: string[]
  hardware: Hardware | null
  kinds: string[]
  serving: boolean
  lastSeenAt: Date | null
  createdAt: Date
  currentRun: { id: string; number: number; name: string; kind: string } | null
}
