import { Id, ImportConfig, ModelSource, Text, uploadFormats } from '@palate/protocol'
import { z } from 'zod'

export * from './export/schemas'

export const ModelRef = z.strictObject({ id: Id })
export type ModelRef = z.infer<typeof ModelRef>

/** What a model is chosen for: training on recipes, on votes or thumbs, writing variants, an evaluation, the chat. */
export const ModelUse = z.enum(['fine-tuning', 'preference', 'variants', 'evaluation', 'deployment'])
export type ModelUse = z.infer<typeof ModelUse>

export const ListModelChoicesInput = z.strictObject({ use: ModelUse })
export type ListModelChoicesInput = z.infer<typeof ListModelChoicesInput>

/** A model of the curated list. */
const StartingSource = z.strictObject({ from: z.literal('starting'), id: Text(100).min(1) })

/** A file that was uploaded for this. */
export const UploadSource = z.strictObject({
  from: z.literal('upload'),
  uploadId: Id,
  format: z.enum(uploadFormats),
  /** Of an adapter. */
  baseModelVersionId: Id.optional(),
})

/** Printable characters without spaces: it becomes a header. */
export const HubToken = z
  .string()
  .max(300)
  .regex(/^[\x21-\x7e]{8,300}$/, 'Use an access token such as hf_…, as the hub shows it.')

export const AddModelInput = z.strictObject({
  source: z.discriminatedUnion('from', [StartingSource, ...ModelSource.options, UploadSource]),
  /** For a gated or private model of the hub: a person's access token. It is encrypted and goes to the agent alone. */
  hubToken: HubToken.optional(),
  /** The agent that imports it. Needed for a folder, which is on one machine. */
  agentId: Id.optional(),
  /** Default: the last part of the source. */
  name: Text(80).trim().min(1).optional(),
  quantization: ImportConfig.shape.quantization,
  chatTemplate: ImportConfig.shape.chatTemplate,
})
export type AddModelInput = z.input<typeof AddModelInput>

/** An import that has failed or was canceled. */
export const RetryImportInput = z.strictObject({
  runId: Id,
  /** Default: the token that the import had. */
  hubToken: HubToken.optional(),
})
export type RetryImportInput = z.infer<typeof RetryImportInput>

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
