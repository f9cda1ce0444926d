import { type Hardware, type HardwareSample, HourlyPrice, type ProbeResult } from '@palate/protocol'
import { z } from 'zod'

export const AgentRef = z.strictObject({ id: z.string().min(1).max(60) })
export type AgentRef = z.infer<typeof AgentRef>

/** `null` takes the price away. */
export const SetAgentPriceInput = z.strictObject({ ...AgentRef.shape, price: HourlyPrice.nullable() })
export type SetAgentPriceInput = z.infer<typeof SetAgentPriceInput>

export interface OrderedProbe {
  runId: string
  number: number
}

interface AgentRun {
  id: string
  number: number
  name: string
  kind: string
}

export interface AgentView {
  id: string
  name: string
  status: 'online' | 'offline' | 'revoked'
  version: string | null
  labels: string[]
  hardware: Hardware | null
  kinds: string[]
  serving: boolean
  /** It finishes what it runs and takes nothing new. */
  draining: boolean
  /** Set where it and the hub have no protocol in common. */
  update: { who: 'agent' | 'hub'; needed: string } | null
  /** A new credential was wished, and the agent has not come in under it yet. */
  rotating: boolean
  /** What it was measured to be capable of. */
  probe: ProbeResult | null
  /** What an hour of it costs. */
  price: HourlyPrice | null
  lastSeenAt: Date | null
  createdAt: Date
  /** What runs where: `gpus` are ids of its hardware, none on a machine without one. */
  slots: (AgentRun & { gpus: string[] })[]
  /** The first of them. */
  currentRun: AgentRun | null
}

/** The newest look at each machine that is online. */
export interface AgentGaugesView {
  id: string
  sample: HardwareSample
}
