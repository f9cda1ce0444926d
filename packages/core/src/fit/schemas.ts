import type { FitBasis, FitDevice, FitKind, FitRows, ModelShape, Receipt } from '@palate/protocol'
import { fitKinds, ModelSource } from '@palate/protocol'
import { z } from 'zod'

export const FitFactsInput = z.strictObject({
  kind: z.enum(fitKinds as [FitKind, ...FitKind[]]),
  /** The newest base model where it is absent. */
  baseModelVersionId: z.string().min(1).max(60).optional(),
  /** A model from elsewhere instead. */
  base: ModelSource.optional(),
})
export type FitFactsInput = z.infer<typeof FitFactsInput>

/** All that an estimate needs beside the settings: it is computed where the settings are, in the form. */
export interface FitFactsView {
  /** Of the base model; null where it has none that can be read. */
  shape: ModelShape | null
  rows: FitRows | null
  /** Whether the tokens were counted by an earlier run's proof, or guessed from the length of the texts. */
  rowsFrom: 'proof' | 'text' | null
  agents: FitAgentView[]
}

export interface FitAgentView {
  id: string
  name: string
  online: boolean
  device: FitDevice
  price: { amount: number; currency: string } | null
}

export interface RunReceiptView {
  attempts: AttemptReceiptView[]
  /** Of all attempts, lost ones too: the agent was paid for them. Null where no price was set, or several currencies. */
  cost: { amount: number; currency: string } | null
}

export interface AttemptReceiptView {
  number: number
  agentName: string
  receipt: Receipt
  /** Model FLOPs a second, as far as the model's shape is known. */
  flopsPerSecond: number | null
  /** Share of the device's peak, where that is known. */
  utilisation: number | null
  estimate: { memoryBytes: number; seconds: number | null; basis: FitBasis } | null
}
