import { type Hardware, HourlyPrice } from '@palate/protocol'
import { z } from 'zod'

export const AgentRef = z.strictObject({ id: z.string().min(1).max(60) })
export type AgentRef = z.infer<typeof AgentRef>

/** `null` takes the price away. */
export const SetAgentPriceInput = z.strictObject({ ...AgentRef.shape, price: HourlyPrice.nullable() })
export type SetAgentPriceInput = z.infer<typeof SetAgentPriceInput>

export interface AgentView {
  id: string
  name: string
  status: 'online' | 'offline' | 'revoked'
  version: string | null
  labels: string[]
  hardware: Hardware | null
  kinds: string[]
  serving: boolean
  /** What an hour of it costs. */
  price: HourlyPrice | null
  lastSeenAt: Date | null
  createdAt: Date
  currentRun: { id: string; number: number; name: string; kind: string } | null
}
