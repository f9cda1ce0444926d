import type { Transaction } from '@palate/db'
import type { RunNeeds } from '@palate/protocol'
import type { z } from 'zod'
import { audit } from '../audit'
import type { ServiceContext } from '../context'
import { type EstimateBase, estimateLeastMemory, estimateRun } from '../estimate/estimate'
import { authorize } from '../permission'
import { insertRun, type RunPlan } from './insert'
import { planDpo } from './plan-dpo'
import { planKto } from './plan-kto'
import { planPretrain } from './plan-pretrain'
import { planSft } from './plan-sft'
import { CreateRunInput, type RunView } from './schemas'
import { baseKey } from './start-model'
import { loadRunView } from './view'

/** Queues a training with all that it will learn from: what changes later does not change the run. */
export async function createRun(ctx: ServiceContext, raw: CreateRunInput): Promise<RunView> {
  authorize(ctx, 'run:create')
  const input = CreateRunInput.parse(raw)
  const allowed = input.kind === 'pretrain' ? [] : (input.config.overridePreflight ?? [])
  if (allowed.length > 0) authorize(ctx, 'run:override')
  const made = await ctx.db.transaction(async (tx) => {
    const plan = await planRun(tx, ctx, input)
    const { kind, config, seed = 1, priority = 0 } = input
    const { size, ...planned } = plan
    const base = { key: baseKey(plan.lineage), shape: 'baseShape' in input ? input.baseShape : undefined }
    const estimates = await estimateRun(tx, ctx, { kind, config, base, size })
    const needs = await needsOf(tx, ctx, input, base)
    const row = await insertRun(tx, ctx, { kind, config, seed, priority, needs, estimates, ...planned })
    await audit(tx, ctx, 'run.create', row.id, { kind, name: plan.name, overridePreflight: allowed })
    return row
  })
  return loadRunView(ctx, made)
}

/** The least GPU memory that the engine can make do with, so that a run waits only where it cannot go at all. */
async function needsOf(
  tx: Transaction,
  ctx: ServiceContext,
  { kind, config, labels = [], gpus = 0 }: z.output<typeof CreateRunInput>,
  base: EstimateBase,
): Promise<RunNeeds> {
  const gpuMemoryBytes = await estimateLeastMemory(tx, ctx, { kind, config, base })
  return { gpuMemoryBytes, gpus, labels: [...new Set(labels)].sort(), agentId: null }
}

function planRun(
  tx: Transaction,
  ctx: ServiceContext,
  input: z.output<typeof CreateRunInput>,
): Promise<RunPlan> {
  switch (input.kind) {
    case 'pretrain':
      return planPretrain(ctx, input)
    case 'sft':
      return planSft(tx, ctx, input)
    case 'dpo':
      return planDpo(tx, ctx, input)
    case 'kto':
      return planKto(tx, ctx, input)
  }
}
