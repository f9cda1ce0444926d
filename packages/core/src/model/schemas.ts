import { Id, ImportConfig, ModelSource, Text } from '@palate/protocol'
import { z } from 'zod'

export const ModelRef = z.strictObject({ id: Id })
export type ModelRef = z.infer<typeof ModelRef>

/** What a model is chosen for: training on recipes, on votes or thumbs, writing variants, an evaluation, the chat. */
export const ModelUse = z.enum(['fine-tuning', 'preference', 'variants', 'evaluation', 'deployment'])
export type ModelUse = z.infer<typeof ModelUse>

export const ListModelChoicesInput = z.strictObject({ use: ModelUse })
export type ListModelChoicesInput = z.infer<typeof ListModelChoicesInput>

/** A model of the curated list. */
const StartingSource = z.strictObject({ from: z.literal('starting'), id: Text(100).min(1) })

export const AddModelInput = z.strictObject({
  source: z.discriminatedUnion('from', [StartingSource, ...ModelSource.options]),
  /** The agent that imports it. Needed for a folder, which is on one machine. */
  agentId: Id.optional(),
  /** Default: the last part of the source. */
  name: Text(80).trim().min(1).optional(),
  quantization: ImportConfig.shape.quantization,
})
export type AddModelInput = z.input<typeof AddModelInput>

/** An adapter on an imported base. */
export const MergeModelInput = z.strictObject({
  id: Id,
  /** Default: the adapter's, with "merged". */
  name: Text(80).trim().min(1).optional(),
  quantization: ImportConfig.shape.quantization,
})
export type MergeModelInput = z.input<typeof MergeModelInput>

export interface AddedModel {
  runId: string
  number: number
}
