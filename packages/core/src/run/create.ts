import { audit } from '../audit'
import type { ServiceContext } from '../context'
import { estimateRun } from '../fit/estimate'
import { authorize } from '../permission'
import { insertRun } from './insert'
import { planDpo } from './plan-dpo'
import { planPretrain } from './plan-pretrain'
import { CreateRunInput, type RunView } from './schemas'
import { loadRunView } from './view'

/** Queues a training with all that it will learn from: what changes later does not change the run. */
export async function createRun(ctx: ServiceContext, raw: CreateRunInput): Promise<RunView> {
  authorize(ctx, 'run:create')
  const input = CreateRunInput.parse(raw)
  const allowed = input.kind === 'dpo' ? (input.config.overrideProof ?? []) : []
  if (allowed.length > 0) authorize(ctx, 'run:override')
  const made = await ctx.db.transaction(async (tx) => {
    const plan = input.kind === 'pretrain' ? await planPretrain(ctx, input) : await planDpo(tx, ctx, input)
    const { kind, config, seed = 1 } = input
    const { size, ...planned } = plan
    const baseId = baseOf(plan.lineage)
    const estimates = await estimateRun(tx, ctx, { kind, config, baseId, size })
    const row = await insertRun(tx, ctx, { kind, config, seed, estimates, ...planned })
    await audit(tx, ctx, 'run.create', row.id, { kind, name: plan.name, overrideProof: allowed })
    return row
  })
  return loadRunView(ctx, made)
}

const baseOf = ({ baseModelVersionId: id }: Record<string, unknown>) => (typeof id === 'string' ? id : null)
