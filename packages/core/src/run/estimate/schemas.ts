import type { EstimateBasis, EstimateDevice, EstimateRows, ModelShape, RunSummary } from '@palate/protocol'
import { estimateKinds, Id, ModelSource } from '@palate/protocol'
import { z } from 'zod'

export const EstimateFactsInput = z.strictObject({
  kind: z.enum(estimateKinds),
  /** Default: the newest base model. */
  baseModelVersionId: Id.optional(),
  /** An external model instead. */
  base: ModelSource.optional(),
})
export type EstimateFactsInput = z.infer<typeof EstimateFactsInput>

/** What an estimate needs besides the settings. The form computes the estimate. */
export interface EstimateFactsView {
  /** Of the base model; null when it cannot be read. */
  shape: ModelShape | null
  rows: EstimateRows | null
  /** Whether the tokens come from an earlier run's preflight, or from the length of the texts. */
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
  /** Of all attempts, including lost ones. Null when a price is missing, or with several currencies. */
  cost: { amount: number; currency: string } | null
}

export interface AttemptSummaryView {
  number: number
  agentName: string
  summary: RunSummary
  /** Model FLOPs per second; null when the model's shape is not known. */
  flopsPerSecond: number | null
  /** Share of the device's peak; null when that is not known. */
  utilization: number | null
  estimate: { memoryBytes: number; seconds: number | null; basis: EstimateBasis } | null
}
