import {
  cancelRun,
  createRun,
  getEstimateFacts,
  getReadiness,
  getRun,
  getRunArtifacts,
  getRunClone,
  getRunLineage,
  getRunLogs,
  getRunMetrics,
  getRunPreflight,
  getRunPreflightRow,
  getRunSamples,
  getRunSummary,
  listQueue,
  listRuns,
  resumeRun,
  setRunPriority,
  stopRun,
} from '@palate/core'
import { EstimateFactsInput } from '@palate/core/run/estimate/schemas'
import {
  CreateRunInput,
  ListQueueInput,
  ListRunsInput,
  RunArtifactsInput,
  RunLogsInput,
  RunMetricsInput,
  RunPreflightRowInput,
  RunRef,
  RunSamplesInput,
  SetRunPriorityInput,
} from '@palate/core/run/schemas'
import { creates, router, workspaceProcedure } from '../trpc'

const read = workspaceProcedure('run:read')

export const runRouter = router({
  list: read
    .input(ListRunsInput.default({ limit: 50 }))
    .query(({ ctx, input }) => listRuns(ctx.service, input)),
  queue: read
    .input(ListQueueInput.default({ limit: 100 }))
    .query(({ ctx, input }) => listQueue(ctx.service, input)),
  get: read.input(RunRef).query(({ ctx, input }) => getRun(ctx.service, input)),
  readiness: read.query(({ ctx }) => getReadiness(ctx.service)),
  metrics: read.input(RunMetricsInput).query(({ ctx, input }) => getRunMetrics(ctx.service, input)),
  logs: read.input(RunLogsInput).query(({ ctx, input }) => getRunLogs(ctx.service, input)),
  samples: read.input(RunSamplesInput).query(({ ctx, input }) => getRunSamples(ctx.service, input)),
  artifacts: read.input(RunArtifactsInput).query(({ ctx, input }) => getRunArtifacts(ctx.service, input)),
  preflight: read.input(RunRef).query(({ ctx, input }) => getRunPreflight(ctx.service, input)),
  preflightRow: read
    .input(RunPreflightRowInput)
    .query(({ ctx, input }) => getRunPreflightRow(ctx.service, input)),
  estimateFacts: read
    .input(EstimateFactsInput)
    .query(({ ctx, input }) => getEstimateFacts(ctx.service, input)),
  lineage: read.input(RunRef).query(({ ctx, input }) => getRunLineage(ctx.service, input)),
  summary: read.input(RunRef).query(({ ctx, input }) => getRunSummary(ctx.service, input)),
  clone: workspaceProcedure('run:create')
    .input(RunRef)
    .query(({ ctx, input }) => getRunClone(ctx.service, input)),
  create: workspaceProcedure('run:create').input(CreateRunInput).mutation(creates(createRun)),
  resume: workspaceProcedure('run:create').input(RunRef).mutation(creates(resumeRun)),
  setPriority: workspaceProcedure('run:create')
    .input(SetRunPriorityInput)
    .mutation(({ ctx, input }) => setRunPriority(ctx.service, input)),
  cancel: workspaceProcedure('run:cancel')
    .input(RunRef)
    .mutation(({ ctx, input }) => cancelRun(ctx.service, input)),
  stop: workspaceProcedure('run:cancel')
    .input(RunRef)
    .mutation(({ ctx, input }) => stopRun(ctx.service, input)),
})
