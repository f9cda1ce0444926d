import type { EstimateBasis, EstimateDevice, EstimateRows, ModelShape, RunSummary } from '@palate/protocol'
import { estimateKinds, ModelSource } from '@palate/protocol'
import { z } from 'zod'

export const EstimateFactsInput = z.strictObject({
  kind: z.enum(estimateKinds),
  /** The newest base model where it is absent. */
  baseModelVersionId: z.string().min(1).max(60).optional(),
  /** An external model instead. */
  base: ModelSource.optional(),
})
export type EstimateFactsInput = z.infer<typeof EstimateFactsInput>

/** All that an estimate needs beside the settings: it is computed where the settings are, in the form. */
export interface EstimateFactsView {
  /** Of the base model; null where it has none that can be read. */
  shape: ModelShape | null
  rows: EstimateRows | null
  /** Whether the tokens were counted by an earlier run's preflight, or guessed from the length of the texts. */
  rowsFrom: 'preflight' | 'text' | null
  agents: EstimateAgentView[]
}

export interface EstimateAgentView {
  id: string
  name: string
  online: boolean
  device: EstimateDevice
  price: { amount: number; currency: string } | null
}

export interface RunSummaryView {
  attempts: AttemptSummaryView[]
  /** Of all attempts, lost ones too: the agent was paid for them. Null where no price was set, or several currencies. */
  cost: { amount: number; currency: string } | null
}

export interface AttemptSummaryView {
  number: number
  agentName: string
  summary: RunSummary
  /** Model FLOPs a second, as far as the model's shape is known. */
  flopsPerSecond: number | null
  /** Share of the device's peak, where that is known. */
  utilization: number | null
  estimate: { memoryBytes: number; seconds: number | null; basis: EstimateBasis } | null
}
