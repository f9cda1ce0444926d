import {
  type AttemptStatus,
  DpoConfig,
  type HourlyPrice,
  Id,
  KtoConfig,
  type MetricAxis,
  ModelShape,
  type PreflightReport,
  type PreflightSequence,
  PretrainConfig,
  type RunFailure,
  RunKind,
  RunNeeds,
  type RunStatus,
  type RunStop,
  type RunSummary,
  SftConfig,
  Text,
} from '@palate/protocol'
import { z } from 'zod'
import type { CheckpointKeeping, ResumeView } from './checkpoint/choose'

const RunName = Text(80).trim().min(1)
export const RunPriority = z.int().min(-100).max(100)
const Seed = z.int().min(0).max(2_147_483_647)

/** Whose votes a preference training may use: people, LLM judges, rules. */
export const VoteSource = z.enum(['person', 'judge', 'rule'])
export type VoteSource = z.infer<typeof VoteSource>

export const PreferenceFilter = z.strictObject({
  batchIds: z.array(Id).min(1).max(200).optional(),
  sources: z.array(VoteSource).min(1).max(VoteSource.options.length).optional(),
})
export type PreferenceFilter = z.infer<typeof PreferenceFilter>

/** The agents that may take a run, as far as the configuration does not decide it. */
const RunNeedsInput = {
  /** Higher goes first. */
  priority: RunPriority.optional(),
  /** The agent must have all of these labels. */
  labels: RunNeeds.shape.labels.unwrap().optional(),
  /** 0: any machine, also one without a GPU. */
  gpus: RunNeeds.shape.gpus.unwrap().optional(),
}

/** The run whose settings this one began with. Its lineage names it. */
const CloneInput = { clonedFrom: Id.optional() }

/**
 * The model to train, unless `config.base` names an external one. Default of a fine-tuning: the newest base; of the
 * others: the newest model that has not learned from votes yet.
 */
const StartInput = {
  /** A base, or an adapter to train further. It is also the reference model of a preference training. */
  baseModelVersionId: Id.optional(),
  /** The shape of `config.base`, if known: without it, nothing can be estimated before a first run. */
  baseShape: ModelShape.optional(),
}

const CreatePretrain = z.strictObject({
  kind: z.literal('pretrain'),
  name: RunName.optional(),
  seed: Seed.optional(),
  config: PretrainConfig.default({}),
  ...RunNeedsInput,
  ...CloneInput,
})
const CreateDpo = z.strictObject({
  kind: z.literal('dpo'),
  name: RunName.optional(),
  seed: Seed.optional(),
  config: DpoConfig.default({}),
  ...RunNeedsInput,
  ...CloneInput,
  ...StartInput,
  ...PreferenceFilter.shape,
})

const CreateSft = z.strictObject({
  kind: z.literal('sft'),
  name: RunName.optional(),
  seed: Seed.optional(),
  config: SftConfig.default({}),
  ...RunNeedsInput,
  ...CloneInput,
  ...StartInput,
  /** Default: the newest version that is ready. */
  datasetVersionId: Id.optional(),
})

const CreateKto = z.strictObject({
  kind: z.literal('kto'),
  name: RunName.optional(),
  seed: Seed.optional(),
  config: KtoConfig.default({}),
  ...RunNeedsInput,
  ...CloneInput,
  ...StartInput,
})

export const CreateRunInput = z.discriminatedUnion('kind', [CreatePretrain, CreateSft, CreateDpo, CreateKto])
export type CreateRunInput = z.input<typeof CreateRunInput>
export type CreatePretrainInput = z.output<typeof CreatePretrain>
export type CreateDpoInput = z.output<typeof CreateDpo>
export type CreateSftInput = z.output<typeof CreateSft>
export type CreateKtoInput = z.output<typeof CreateKto>

export const RunRef = z.strictObject({ id: Id })
export type RunRef = z.infer<typeof RunRef>

export const ListQueueInput = z.strictObject({ limit: z.int().min(1).max(500).default(100) })
export type ListQueueInput = z.input<typeof ListQueueInput>

export const SetRunPriorityInput = z.strictObject({ id: Id, priority: RunPriority })
export type SetRunPriorityInput = z.infer<typeof SetRunPriorityInput>

export const ListRunsInput = z.strictObject({
  kind: RunKind.optional(),
  limit: z.int().min(1).max(200).default(50),
})
export type ListRunsInput = z.input<typeof ListRunsInput>

export const RunMetricsInput = z.strictObject({
  runId: Id,
  keys: z.array(Text(200)).min(1).max(100).optional(),
  /** `cursor` of an earlier response to the same query: only points after it. */
  after: Text(12_000).optional(),
  maxPoints: z.int().min(10).max(5000).default(1000),
})
export type RunMetricsInput = z.input<typeof RunMetricsInput>

export const RunLogsInput = z.strictObject({
  runId: Id,
  level: z.enum(['info', 'warn', 'error']).optional(),
  /** `nextCursor` of the last page. */
  cursor: Text(40).optional(),
  limit: z.int().min(1).max(1000).default(200),
})
export type RunLogsInput = z.input<typeof RunLogsInput>

export const RunSamplesInput = z.strictObject({ runId: Id, limit: z.int().min(1).max(200).default(50) })
export type RunSamplesInput = z.input<typeof RunSamplesInput>

export const RunArtifactsInput = z.strictObject({ runId: Id })
export type RunArtifactsInput = z.infer<typeof RunArtifactsInput>

export const RunPreflightRowInput = z.strictObject({ runId: Id, row: z.int().min(1) })
export type RunPreflightRowInput = z.infer<typeof RunPreflightRowInput>

export interface AttemptView {
  id: string
  number: number
  status: AttemptStatus
  agentName: string
  startedAt: Date
  endedAt: Date | null
  failure: RunFailure | null
  environment: Record<string, unknown>
  summary: RunSummary | null
  /** The agent's price per hour when the attempt started. */
  price: HourlyPrice | null
}

export interface RunPreflightView {
  report: PreflightReport
  attemptNumber: number
  /** Who allowed faults for this run, by name, and when the run was created. */
  override: { faults: string[]; by: string; at: Date } | null
  /** The sampled rows, faulty ones first; `preflightRow` gives their tokens. */
  rows: { row: number; faults: string[] }[]
}

export interface RunPreflightRowView {
  row: number
  sequences: PreflightSequence[]
}

export interface RunSourceView {
  kind: 'run' | 'base' | 'adapter' | 'dataset' | 'batch' | 'persona' | 'evaluation'
  /** Of the dataset version, the batch, the persona and so on: what the page that shows it goes by. */
  id: string
  name: string
}

/** What a run was made from. A count is absent where the run has none of it. */
export interface RunLineageView {
  sources: RunSourceView[]
  /** The name of a base model that is not in the registry. */
  externalBase: string | null
  counts: {
    examples?: number | undefined
    pairs?: number | undefined
    ties?: number | undefined
    votes?: number | undefined
    /** Thumbs. */
    up?: number | undefined
    down?: number | undefined
  }
}

export interface ProgressView {
  stage: string
  step: number
  totalSteps: number
  /** At the speed of the last part of the steps. Null until two reports of a stage tell it. */
  secondsLeft: number | null
}

export interface RunView {
  id: string
  number: number
  name: string
  kind: RunKind
  status: RunStatus
  config: Record<string, unknown>
  seed: number
  priority: number
  needs: RunNeeds
  lineage: Record<string, unknown>
  progress: ProgressView | null
  results: Record<string, unknown> | null
  failure: RunFailure | null
  createdAt: Date
  startedAt: Date | null
  finishedAt: Date | null
  cancelRequestedAt: Date | null
  /** When somebody wanted it to end early and keep its model. While it is running, it is stopping. */
  stopRequestedAt: Date | null
  /** Where it ended before its last step; null for a run that took all its steps, or has not finished. */
  stopped: RunStop | null
  /** Why a queued run does not start, in one sentence. */
  waitingBecause: string | null
  /** The same, with each agent's reason. */
  waiting: WaitingView | null
  attempts: AttemptView[]
  modelVersionId: string | null
  /** Of a training that was canceled or has failed; null for others. */
  resume: ResumeView | null
  /** Of a training that an agent works on: what becomes of its checkpoint if it is canceled. */
  keeping: CheckpointKeeping | null
}

/** Why a queued run waits: one sentence, and the reason of each agent that cannot take it now. */
export interface WaitingView {
  because: string
  /** Its position in the queue, from 1. */
  position: number
  agents: { id: string; name: string; reason: string }[]
}

export interface QueuedRunView {
  id: string
  number: number
  name: string
  kind: RunKind
  priority: number
  needs: RunNeeds
  experiment: string | null
  createdBy: string | null
  createdAt: Date
  waiting: WaitingView
}

export interface QueueView {
  runs: QueuedRunView[]
  /** The number of all queued runs, not only of those listed. */
  total: number
}

export interface MetricSeriesView {
  key: string
  axis: MetricAxis
  /** By position: the step, or the seconds since the start of the run's first attempt. */
  points: [position: number, value: number][]
}

export interface RunMetricsView {
  /** To be given as `after` to read on from here. */
  cursor: string
  /** True if the series replace what was read before; false if their points are appended. */
  whole: boolean
  /** If the response is not whole: only the series with new points. */
  series: MetricSeriesView[]
  /** Series beyond the first 200, which are not read. */
  hidden: number
}

export interface RunArtifactView {
  id: string
  attemptId: string
  role: string
  path: string
  sizeBytes: number
  sha256: string
  createdAt: Date
  /** Valid for an hour. */
  url: string
}
