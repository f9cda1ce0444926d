import { z } from 'zod'
import { RunFailure } from './failure'
import { ProbeResult } from './hardware'
import { ModelFacts } from './model-facts'
import { PreflightReport, PreflightSequence } from './preflight'
import { RunKind, RunStop } from './run'
import { RunSummary } from './summary'

/** What the agent writes into a job's `stopFile`: the run ends after the first step that is not before this one. */
export const StopWish = z.strictObject({ afterStep: z.int().nonnegative() })
export type StopWish = z.infer<typeof StopWish>

/** The job file that the agent writes into the work folder. All paths but `workDir` are relative to it. */
export const TrainerJob = z.strictObject({
  protocol: z.literal(1),
  runId: z.string(),
  attemptId: z.string(),
  epoch: z.int().positive(),
  kind: RunKind,
  workDir: z.string(),
  seed: z.int().nonnegative(),
  resumeFrom: z.string().nullable(),
  /** A file that is there once the run should end early and keep its model; its text is a `StopWish`. */
  stopFile: z.string(),
  inputs: z.record(z.string(), z.string()),
  config: z.record(z.string(), z.unknown()),
})
export type TrainerJob = z.infer<typeof TrainerJob>

/**
 * What a metric is measured along: what the trainer measures, by its steps; what the agent measures of the machine
 * (`system/…`), by the seconds since the attempt began. A key that is sent along both makes two series.
 */
export const metricAxes = ['step', 'seconds'] as const
export const MetricAxis = z.enum(metricAxes)
export type MetricAxis = z.infer<typeof MetricAxis>

export const artifactRoles = ['hf', 'gguf', 'adapter', 'adapter-gguf'] as const
export const ArtifactRole = z.enum(artifactRoles)
export type ArtifactRole = z.infer<typeof ArtifactRole>

/**
 * What a trainer says, a JSON object a line. Objects are lenient: a field from a newer trainer is ignored,
 * and a type nobody knows here becomes a log line (see `parseTrainerLine`).
 */
export const TrainerEvent = z.discriminatedUnion('type', [
  z.object({
    type: z.literal('run-start'),
    totalSteps: z.int().nonnegative(),
    parameters: z.int().nonnegative().optional(),
    trainableParameters: z.int().nonnegative().optional(),
    device: z.string().optional(),
    precision: z.string().optional(),
    /** Why `auto` took this precision. */
    precisionReason: z.string().max(500).optional().catch(undefined),
    /** How a step is laid out at the start; the summary has the plan that the run ended on. */
    memoryPlan: z.string().max(500).optional().catch(undefined),
    attention: z.string().optional(),
    /** Why a slower attention is used than the device could have. */
    attentionReason: z.string().max(500).optional().catch(undefined),
    /** The parts of a training that learn from different data, by their first step. */
    phases: z
      .array(z.object({ step: z.int().positive(), name: z.string().max(100) }))
      .max(20)
      .optional()
      .catch(undefined),
    /** The figures of the model's own config.json that its size follows from. */
    model: z.record(z.string(), z.unknown()).optional().catch(undefined),
    /** What preferences are measured against: the base, or the adapter that training began with. */
    reference: z.enum(['base', 'adapter']).optional().catch(undefined),
  }),
  z.object({
    type: z.literal('progress'),
    step: z.int().nonnegative(),
    totalSteps: z.int().nonnegative(),
    stage: z.string(),
  }),
  z.object({
    type: z.literal('metric'),
    axis: MetricAxis,
    /** Where on the axis: the step, or whole seconds since the attempt began. */
    position: z.int().nonnegative(),
    /** In milliseconds since 1970. */
    time: z.number(),
    values: z.record(z.string().max(200), z.number()),
  }),
  z.object({ type: z.literal('sample'), step: z.int().nonnegative(), prompt: z.string(), text: z.string() }),
  z.object({ type: z.literal('checkpoint'), step: z.int().nonnegative(), path: z.string() }),
  z.object({
    type: z.literal('artifact'),
    role: z.string(),
    path: z.string(),
    sizeBytes: z.int().nonnegative(),
    sha256: z.string(),
  }),
  z.object({
    type: z.literal('log'),
    level: z.enum(['info', 'warn', 'error']).catch('info'),
    text: z.string(),
  }),
  z.object({
    type: z.literal('generation'),
    itemId: z.string(),
    text: z.string(),
    tokens: z.int().nonnegative(),
    finishReason: z.enum(['stop', 'length', 'error']).catch('stop'),
    /** How many words were possible at each place, on average, as it was sampled; null where it was not measured. */
    perplexity: z.number().nonnegative().nullable().optional(),
    durationMs: z.number().nonnegative(),
  }),
  ProbeResult.extend({ type: z.literal('probe') }),
  ModelFacts.extend({ type: z.literal('model') }),
  PreflightReport.extend({ type: z.literal('preflight') }),
  PreflightSequence.extend({ type: z.literal('preflight-row'), row: z.int().positive() }),
  z.object({
    type: z.literal('run-end'),
    status: z.enum(['finished', 'canceled', 'failed']),
    results: z.record(z.string(), z.unknown()),
    error: RunFailure.nullable(),
    summary: RunSummary.nullable().optional(),
    stopped: RunStop.nullable().optional(),
  }),
])
export type TrainerEvent = z.infer<typeof TrainerEvent>

export function notUnderstood(text: string): TrainerEvent {
  return { type: 'log', level: 'warn', text: `Not understood: ${text.slice(0, 2000)}` }
}

/** Parses one line of a trainer. What is no event (a stray print, a newer type) is kept as a log line, never thrown away. */
export function parseTrainerLine(line: string): TrainerEvent {
  let value: unknown
  try {
    value = JSON.parse(line)
  } catch {
    return { type: 'log', level: 'info', text: line }
  }
  const parsed = TrainerEvent.safeParse(value)
  return parsed.success ? parsed.data : notUnderstood(line)
}
