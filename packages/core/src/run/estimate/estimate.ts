import type { RunEstimate, Transaction } from '@palate/db'
import {
  describeWork,
  type EstimateKind,
  estimateResources,
  leastDeviceMemory,
  type ModelShape,
} from '@palate/protocol'
import type { ServiceContext } from '../../context'
import { loadEstimateAgents } from './agents'
import { loadEstimateRows, type TextSize } from './rows'
import { loadBaseShape } from './shape'

/** The model that is trained: what its runs have in common (see `baseKey`), and its shape where the orderer knows it. */
export interface EstimateBase {
  key: string | null
  shape?: ModelShape | undefined
}

/** What is expected of each agent now, to stand beside what will be measured. Nothing where no shape is known. */
export async function estimateRun(
  tx: Transaction,
  ctx: ServiceContext,
  made: { kind: EstimateKind; config: Record<string, unknown>; base: EstimateBase; size: TextSize | null },
): Promise<RunEstimate[]> {
  const { kind, config, size } = made
  const { key: baseId } = made.base
  const base = await shapeOf(tx, ctx, made.base)
  const known = baseId && size ? await loadEstimateRows(tx, ctx.workspaceId, { kind, baseId, size }) : null
  const work = describeWork(kind, config, base, known?.rows ?? null)
  if (!work) return []
  const agents = await loadEstimateAgents(tx, ctx, { kind, baseId, shape: work.shape })
  return agents.map(({ id, device }) => {
    const { memory, seconds, basis } = estimateResources(
      work.shape,
      work.settings,
      work.wish,
      work.data,
      device,
    )
    return { agentId: id, memoryBytes: memory.total, seconds, basis }
  })
}

/**
 * The least memory of one GPU, in bytes, that this work can be fitted into: the engine's smallest memoryPlan, with room for
 * what else the device holds. Null where no shape is known.
 */
export async function estimateLeastMemory(
  tx: Transaction,
  ctx: ServiceContext,
  made: { kind: EstimateKind; config: Record<string, unknown>; base: EstimateBase },
): Promise<number | null> {
  const base = await shapeOf(tx, ctx, made.base)
  const work = describeWork(made.kind, made.config, base, null)
  return work && leastDeviceMemory(work.shape, work.settings, work.wish)
}

async function shapeOf(tx: Transaction, ctx: ServiceContext, { key, shape }: EstimateBase) {
  return shape ?? (key ? await loadBaseShape(tx, ctx, key) : null)
}
