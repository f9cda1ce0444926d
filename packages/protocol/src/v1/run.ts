import { z } from 'zod'
import { ModelSource } from './model-source'
import { PreflightFault, preflightFaults } from './preflight'

export const runKinds = ['pretrain', 'sft', 'dpo', 'kto', 'generate', 'probe'] as const
export const RunKind = z.enum(runKinds)
export type RunKind = z.infer<typeof RunKind>

export const runStatuses = ['queued', 'running', 'canceling', 'finished', 'failed', 'canceled'] as const
export const RunStatus = z.enum(runStatuses)
export type RunStatus = z.infer<typeof RunStatus>

export const attemptStatuses = ['running', 'finished', 'failed', 'canceled', 'lost'] as const
export const AttemptStatus = z.enum(attemptStatuses)
export type AttemptStatus = z.infer<typeof AttemptStatus>

/** What a run asks of the place that it runs on. */
export const RunNeeds = z.object({
  /** Memory that it is expected to take on each GPU; null where nobody knows. */
  gpuMemoryBytes: z.int().nonnegative().nullable().default(null),
  /** GPUs at least this many; 0 means that a machine without one will do. */
  gpus: z.int().min(0).max(64).default(0),
  /** Labels that the agent must carry, all of them. */
  labels: z.array(z.string().min(1).max(60)).max(20).default([]),
  /** The one agent that may take it (a probe measures one machine). */
  agentId: z.string().nullable().default(null),
})
export type RunNeeds = z.infer<typeof RunNeeds>

/** A from-scratch training of the starter model: the corpus, the tokenizer and the weights come from these figures. */
export const PretrainConfig = z.strictObject({
  recipes: z.int().min(50).max(200_000).optional(),
  steps: z.int().min(5).max(100_000).optional(),
  batchSize: z.int().min(1).max(512).optional(),
  learningRate: z.number().positive().max(1).optional(),
  hiddenSize: z.int().min(32).max(4096).optional(),
  layers: z.int().min(1).max(64).optional(),
  heads: z.int().min(1).max(64).optional(),
  kvHeads: z.int().min(1).max(64).optional(),
  ffnSize: z.int().min(32).max(16384).optional(),
  vocabSize: z.int().min(300).max(65_536).optional(),
  maxLength: z.int().min(64).max(4096).optional(),
  sampleEvery: z.int().min(1).optional(),
  checkpointEvery: z.int().min(1).optional(),
  threads: z.int().min(1).max(256).optional(),
  /** The share of cooks in the corpus who keep their persona's rules. */
  complianceRate: z.number().min(0).max(1).optional(),
})
export type PretrainConfig = z.infer<typeof PretrainConfig>

const loraFields = {
  /** Begins with an external model, not with one of the registry. */
  base: ModelSource.optional(),
  learningRate: z.number().positive().max(1).optional(),
  epochs: z.number().positive().max(100).optional(),
  batchSize: z.int().min(1).max(512).optional(),
  loraRank: z.int().min(1).max(512).optional(),
  loraAlpha: z.number().positive().max(2048).optional(),
  loraDropout: z.number().min(0).max(0.9).optional(),
  targetModules: z.array(z.string()).min(1).optional(),
  maxLength: z.int().min(64).max(131_072).optional(),
  sampleEvery: z.int().min(1).optional(),
  checkpointEvery: z.int().min(1).optional(),
  threads: z.int().min(1).max(256).optional(),
  /** Faults of the preflight that this run may start with; needs the permission run:override. */
  overridePreflight: z.array(PreflightFault).max(preflightFaults.length).optional(),
  loraRslora: z.boolean().optional(),
  loraDora: z.boolean().optional(),
  /** A share of all steps; without it, or at 0, five steps. */
  warmupRatio: z.number().min(0).max(0.5).optional(),
  lrSchedule: z.enum(['linear', 'cosine', 'constant']).optional(),
  /** `auto` is the fastest that fits. */
  precision: z.enum(['auto', 'fp32', 'bf16', 'nf4']).optional(),
  gradientCheckpointing: z.enum(['auto', 'on', 'off']).optional(),
  /** Tokens a micro-batch; 0 for as many as fit. It changes memory and speed, never the optimization. */
  microBatchTokens: z.int().min(0).max(1_048_576).optional(),
  /** Held out of training, evaluated every `evalEvery` steps; the best weights are the ones that are kept. */
  evalShare: z.number().min(0).max(0.5).optional(),
  evalEvery: z.int().min(1).optional(),
  /** Evaluations without improvement after which the run stops; 0 for never. */
  earlyStopPatience: z.int().min(0).max(1000).optional(),
  /** Only the first so many rows of the data, for a look at whether everything runs; 0 for all. */
  maxRows: z.int().min(0).optional(),
}

export const SftConfig = z.strictObject({
  ...loraFields,
  fullWeights: z.boolean().optional(),
  /** `completion`: the last answer; `assistant`: every answer of a conversation; `all`: every token. */
  lossOn: z.enum(['completion', 'assistant', 'all']).optional(),
  /** In plain text, what comes right before the part to learn, such as `Price is $`. */
  responseTemplate: z.string().max(200).optional(),
})
export type SftConfig = z.infer<typeof SftConfig>

export const DpoConfig = z.strictObject({
  ...loraFields,
  beta: z.number().positive().max(10).optional(),
  lossTypes: z
    .array(z.enum(['sigmoid', 'ipo', 'hinge', 'robust', 'sft']))
    .min(1)
    .optional(),
  lossWeights: z.array(z.number().nonnegative()).min(1).optional(),
  /** The share of votes that the robust loss takes for wrong. */
  labelSmoothing: z.number().min(0).lt(0.5).optional(),
  prefixSharing: z.enum(['auto', 'on', 'off']).optional(),
})
export type DpoConfig = z.infer<typeof DpoConfig>

/** Preference training on single thumbs. */
export const KtoConfig = z.strictObject({
  ...loraFields,
  beta: z.number().positive().max(10).optional(),
  desirableWeight: z.number().nonnegative().max(100).optional(),
  undesirableWeight: z.number().nonnegative().max(100).optional(),
})
export type KtoConfig = z.infer<typeof KtoConfig>

export const Sampling = z.strictObject({
  temperature: z.number().min(0).max(2),
  topP: z.number().gt(0).max(1),
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

/** Measures the machine that it runs on; every figure has a size that does for a laptop and for a server. */
export const ProbeConfig = z.strictObject({
  /** Width of the square matrices; without it, what suits the device. */
  matrixSize: z.int().min(64).max(32_768).optional(),
  /** Bytes that are written to and read from the disk of the work folder. */
  diskBytes: z.int().min(4096).max(4_294_967_296).optional(),
})
export type ProbeConfig = z.infer<typeof ProbeConfig>

export const runConfigs = {
  pretrain: PretrainConfig,
  sft: SftConfig,
  dpo: DpoConfig,
  kto: KtoConfig,
  generate: GenerateConfig,
  probe: ProbeConfig,
} as const
