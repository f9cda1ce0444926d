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

/** The model to train: its key (see `baseKey`), and its shape if the caller knows it. */
export interface EstimateBase {
  key: string | null
  shape?: ModelShape | undefined
}

/** The estimate for each agent, to compare with what will be measured. Empty when no shape is known. */
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
 * The least memory of one GPU, in bytes, that this work needs: the engine's smallest memory plan, plus what else the
 * device holds. Null when no shape is known.
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
