import { type Hardware, type HardwareSample, HourlyPrice, Id, type ProbeResult } from '@palate/protocol'
import { z } from 'zod'

export const AgentRef = z.strictObject({ id: Id })
export type AgentRef = z.infer<typeof AgentRef>

/** `null` removes the price. */
export const SetAgentPriceInput = z.strictObject({ ...AgentRef.shape, price: HourlyPrice.nullable() })
export type SetAgentPriceInput = z.infer<typeof SetAgentPriceInput>

export interface CreatedProbe {
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
  /** It finishes its runs and takes no new ones. */
  draining: boolean
  /** Set when it and the hub have no protocol version in common: which of the two needs an update. */
  update: { who: 'agent' | 'hub'; needed: string } | null
  /** A new credential was requested, and the agent has not used it yet. */
  rotating: boolean
  /** What its last probe run measured. */
  probe: ProbeResult | null
  /** Per hour. */
  price: HourlyPrice | null
  lastSeenAt: Date | null
  createdAt: Date
  /** Its current runs. `gpus` are ids of its hardware; empty on a machine without a GPU. */
  slots: (AgentRun & { gpus: string[] })[]
  /** The first of them. */
  currentRun: AgentRun | null
}

/** The newest hardware sample of an agent that is online. */
export interface AgentGaugesView {
  id: string
  sample: HardwareSample
}
