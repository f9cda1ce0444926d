import { attempt, runSample } from '@palate/db'
import { and, desc, eq } from 'drizzle-orm'
import type { ServiceContext } from '../context'
import { authorize } from '../permission'
import { findOwnRun } from './read'
import { RunSamplesInput } from './schemas'

export interface RunSampleView {
  attemptId: string
  seq: number
  step: number
  prompt: string
  text: string
}

/** The texts that the model generated during training, newest first. */
export async function getRunSamples(ctx: ServiceContext, raw: RunSamplesInput): Promise<RunSampleView[]> {
  authorize(ctx, 'run:read')
  const { runId, limit } = RunSamplesInput.parse(raw)
  await findOwnRun(ctx, runId)
  return ctx.db
    .select({
      attemptId: runSample.attemptId,
      seq: runSample.seq,
      step: runSample.step,
      prompt: runSample.prompt,
      text: runSample.text,
    })
    .from(runSample)
    .innerJoin(attempt, eq(attempt.id, runSample.attemptId))
    .where(and(eq(runSample.runId, runId), eq(runSample.workspaceId, ctx.workspaceId)))
    .orderBy(desc(attempt.number), desc(runSample.seq))
    .limit(limit)
}
