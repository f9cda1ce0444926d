import { z } from 'zod'
import { trainSchemas } from './train-schema'

export const runKinds = ['pretrain', 'sft', 'dpo', 'kto', 'import', 'generate', 'probe'] as const
export const RunKind = z.enum(runKinds)
export type RunKind = z.infer<typeof RunKind>

export const runStatuses = ['queued', 'running', 'canceling', 'finished', 'failed', 'canceled'] as const
export const RunStatus = z.enum(runStatuses)
export type RunStatus = z.infer<typeof RunStatus>

export const attemptStatuses = ['running', 'finished', 'failed', 'canceled', 'lost'] as const
export const AttemptStatus = z.enum(attemptStatuses)
export type AttemptStatus = z.infer<typeof AttemptStatus>

/** Where a finished run ended before its last step, and why: on request, or as its held-out loss no longer fell. */
export const RunStop = z.object({
  step: z.int().nonnegative(),
  totalSteps: z.int().nonnegative(),
  reason: z.enum(['request', 'no-improvement']),
})
export type RunStop = z.infer<typeof RunStop>

/** What a run asks of the place that it runs on. */
export const RunNeeds = z.object({
  /** Memory that it is expected to take on each GPU; null where nobody knows. */
  gpuMemoryBytes: z.int().nonnegative().nullable().default(null),
  /** GPUs at least this many; 0 means that a machine without one will do. */
  gpus: z.int().min(0).max(64).default(0),
  /** Labels that the agent must carry, all of them. */
  labels: z.array(z.string().min(1).max(60)).max(20).default([]),
  /** The one agent that may take it: a probe measures one machine, a resumed run goes on where its checkpoint is. */
  agentId: z.string().nullable().default(null),
  /** Of a resumed run: the step of the checkpoint that this agent keeps. */
  checkpointStep: z.int().nonnegative().nullable().default(null),
})
export type RunNeeds = z.infer<typeof RunNeeds>

export const Sampling = z.strictObject({
  temperature: z.number().min(0).max(2),
  topP: z.number().gt(0).max(1),
  /** The likeliest tokens that are drawn from. Default: all. */
  topK: z.int().min(1).max(1000).optional(),
  maxTokens: z.int().min(1).max(4096),
  seed: z.int().nonnegative().optional(),
})
export type Sampling = z.infer<typeof Sampling>

/** Which weights answer: a base GGUF and, where one was trained, an adapter GGUF on it. Names refer to the job's inputs. */
export const GenerateModel = z.strictObject({ base: z.string(), adapter: z.string().nullable() })
export type GenerateModel = z.infer<typeof GenerateModel>

/** One answer to generate. `itemId` is chosen by the hub and comes back with the text. */
export const GenerateItem = z.strictObject({
  itemId: z.string(),
  model: z.string(),
  system: z.string(),
  user: z.string(),
  sampling: Sampling,
})
export type GenerateItem = z.infer<typeof GenerateItem>

/** `items` is the name of the input file that holds one GenerateItem a line. */
export const GenerateConfig = z.strictObject({
  models: z.record(z.string(), GenerateModel),
  items: z.string(),
})
export type GenerateConfig = z.infer<typeof GenerateConfig>

export const runConfigs = { ...trainSchemas, generate: GenerateConfig } as const
