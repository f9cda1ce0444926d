import { randomInt } from 'node:crypto'
import type { Transaction } from '@palate/db'
import type { RunNeeds } from '@palate/protocol'
import type { z } from 'zod'
import { audit } from '../audit'
import type { ServiceContext } from '../context'
import { authorize } from '../permission'
import { type EstimateBase, estimateLeastMemory, estimateRun } from './estimate/estimate'
import { baseKey } from './estimate/shape'
import { planRun } from './plan/plan'
import { fillSuited } from './plan/suited'
import { insertRun } from './queue/insert'
import { findOwnRun, loadRunView } from './read'
import { CreateRunInput, type RunView } from './schemas'

/**
 * Queues a training with a copy of its data, so that later changes do not change the run. Settings that are not given are
 * those that suit the model. A seed that is not given is drawn, and stays with the run: the same seed gives the same run.
 */
export async function createRun(ctx: ServiceContext, raw: CreateRunInput): Promise<RunView> {
  authorize(ctx, 'run:create')
  const given = CreateRunInput.parse(raw)
  const allowed = given.kind === 'pretrain' ? [] : (given.config.overridePreflight ?? [])
  if (allowed.length > 0) authorize(ctx, 'run:override')
  const made = await ctx.db.transaction(async (tx) => {
    const input = await fillSuited(tx, ctx.workspaceId, given)
    const plan = await planRun(tx, ctx, input)
    const { kind, config, seed = randomInt(2 ** 31 - 1), priority = 0 } = input
    const { size, ...planned } = plan
    if (input.clonedFrom)
      planned.lineage = { ...plan.lineage, clonedFrom: await ownRunId(tx, ctx, input.clonedFrom) }
    const base = { key: baseKey(plan.lineage), shape: 'baseShape' in input ? input.baseShape : undefined }
    const estimates = await estimateRun(tx, ctx, { kind, config, base, size })
    const needs = await needsOf(tx, ctx, input, base)
    const row = await insertRun(tx, ctx, { kind, config, seed, priority, needs, estimates, ...planned })
    await audit(tx, ctx, 'run.create', row.id, { kind, name: plan.name, overridePreflight: allowed })
    return row
  })
  return loadRunView(ctx, made)
}

/** @throws DomainError `not_found`, also for a run of another workspace */
async function ownRunId(tx: Transaction, ctx: ServiceContext, id: string): Promise<string> {
  return (await findOwnRun({ workspaceId: ctx.workspaceId, db: tx }, id)).id
}

/** The least GPU memory that the training can run with, so that it waits only if no agent has that much. */
async function needsOf(
  tx: Transaction,
  ctx: ServiceContext,
  { kind, config, labels = [], gpus = 0 }: z.output<typeof CreateRunInput>,
  base: EstimateBase,
): Promise<RunNeeds> {
  const gpuMemoryBytes = await estimateLeastMemory(tx, ctx, { kind, config, base })
  return { gpuMemoryBytes, gpus, labels: [...new Set(labels)].sort(), agentId: null, checkpointStep: null }
}
