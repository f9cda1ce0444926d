import {
  type AttemptStatus,
  DpoConfig,
  type HourlyPrice,
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
  type RunSummary,
  SftConfig,
} from '@palate/protocol'
import { z } from 'zod'

const Id = z.string().min(1).max(60)
const RunName = z.string().trim().min(1).max(80)
export const RunPriority = z.int().min(-100).max(100)
const Seed = z.int().min(0).max(2_147_483_647)

/** Whose votes a preference training may learn from. */
export const VoteSource = z.enum(['person', 'judge', 'rule'])
export type VoteSource = z.infer<typeof VoteSource>

export const PreferenceFilter = z.strictObject({
  batchIds: z.array(Id).min(1).max(200).optional(),
  sources: z.array(VoteSource).min(1).optional(),
})
export type PreferenceFilter = z.infer<typeof PreferenceFilter>

/** Where a person wants a run to go: what cannot be known from its configuration. */
const RunNeedsInput = {
  /** Higher goes first. */
  priority: RunPriority.optional(),
  /** Labels that the agent must carry, all of them. */
  labels: RunNeeds.shape.labels.unwrap().optional(),
  /** 0 is any machine, also one without a GPU. */
  gpus: RunNeeds.shape.gpus.unwrap().optional(),
}

/** What a training of a model begins with: the newest base of the registry, where neither this nor `config.base` is said. */
const StartInput = {
  /** A base, or an adapter that is trained further; a preference training is measured against it. */
  baseModelVersionId: Id.optional(),
  /** Of `config.base`, where somebody knows it: without it, and before a first run, nothing can be estimated. */
  baseShape: ModelShape.optional(),
}

const CreatePretrain = z.strictObject({
  kind: z.literal('pretrain'),
  name: RunName.optional(),
  seed: Seed.optional(),
  config: PretrainConfig.default({}),
  ...RunNeedsInput,
})
const CreateDpo = z.strictObject({
  kind: z.literal('dpo'),
  name: RunName.optional(),
  seed: Seed.optional(),
  config: DpoConfig.default({}),
  ...RunNeedsInput,
  ...StartInput,
  ...PreferenceFilter.shape,
})

const CreateSft = z.strictObject({
  kind: z.literal('sft'),
  name: RunName.optional(),
  seed: Seed.optional(),
  config: SftConfig.default({}),
  ...RunNeedsInput,
  ...StartInput,
  /** The newest that is ready where it is absent. */
  datasetVersionId: Id.optional(),
})

const CreateKto = z.strictObject({
  kind: z.literal('kto'),
  name: RunName.optional(),
  seed: Seed.optional(),
  config: KtoConfig.default({}),
  ...RunNeedsInput,
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
  keys: z.array(z.string().max(200)).min(1).max(100).optional(),
  /** `cursor` of an earlier answer to the same question: only what came after it. */
  after: z.string().max(12_000).optional(),
  maxPoints: z.int().min(10).max(5000).default(1000),
})
export type RunMetricsInput = z.input<typeof RunMetricsInput>

export const RunLogsInput = z.strictObject({
  runId: Id,
  level: z.enum(['info', 'warn', 'error']).optional(),
  /** `nextCursor` of an answer: the page of older lines. */
  cursor: z.string().max(40).optional(),
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
  /** What an hour of the agent cost when the attempt began. */
  price: HourlyPrice | null
}

export interface RunPreflightView {
  report: PreflightReport
  attemptNumber: number
  /** Who allowed faults for this run, by name, and when it was ordered. */
  override: { faults: string[]; by: string; at: Date } | null
  /** The sampled rows, faulty ones first; `preflightRow` gives their tokens. */
  rows: { row: number; faults: string[] }[]
}

export interface RunPreflightRowView {
  row: number
  sequences: PreflightSequence[]
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
  progress: { stage: string; step: number; totalSteps: number } | null
  results: Record<string, unknown> | null
  failure: RunFailure | null
  createdAt: Date
  startedAt: Date | null
  finishedAt: Date | null
  cancelRequestedAt: Date | null
  /** Why a queued run does not start, in words. */
  waitingBecause: string | null
  /** The same with each agent's reason. */
  waiting: WaitingView | null
  attempts: AttemptView[]
  modelVersionId: string | null
}

/** Why a queued run waits. `because` is the whole in one sentence, `agents` the reason of each agent that cannot take it now. */
export interface WaitingView {
  because: string
  /** Its position in the queue as it stands, from 1. */
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
  /** All that wait, also those beyond the first ones that are listed. */
  total: number
}

export interface MetricSeriesView {
  key: string
  axis: MetricAxis
  /** By position: the step, or the seconds since the run's first attempt began. */
  points: [position: number, value: number][]
}

export interface RunMetricsView {
  /** To be given as `after` to read on from here. */
  cursor: string
  /** True where the series stand in place of all that was read before; false where their points are added to it. */
  whole: boolean
  /** Of an answer that is not whole, only those that have new points. */
  series: MetricSeriesView[]
  /** Series beyond the first 200, which are not read. */
  hidden: number
}

export interface RunLogView {
  attemptId: string
  attemptNumber: number
  seq: number
  level: string
  text: string
  time: Date
}

export interface RunSampleView {
  attemptId: string
  seq: number
  step: number
  prompt: string
  text: string
}

export interface RunArtifactView {
  id: string
  attemptId: string
  role: string
  path: string
  sizeBytes: number
  sha256: string
  createdAt: Date
  /** Good for an hour. */
  url: string
}
