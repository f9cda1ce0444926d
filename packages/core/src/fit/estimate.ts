import { modelVersion, type RunEstimate, type Transaction } from '@palate/db'
import { describeWork, estimateFit, type FitKind, leastDeviceMemory } from '@palate/protocol'
import { and, eq } from 'drizzle-orm'
import type { ServiceContext } from '../context'
import { loadFitAgents } from './agents'
import { loadFitRows, type TextSize } from './rows'
import { loadModelShape } from './shape'

/** What is expected of each agent now, to stand beside what will be measured. Nothing where no shape is known. */
export async function estimateRun(
  tx: Transaction,
  ctx: ServiceContext,
  made: { kind: FitKind; config: Record<string, unknown>; baseId: string | null; size: TextSize | null },
): Promise<RunEstimate[]> {
  const { kind, config, baseId, size } = made
  const base = baseId ? await loadBaseShape(tx, ctx, baseId) : null
  const known = baseId && size ? await loadFitRows(tx, ctx.workspaceId, { kind, baseId, size }) : null
  const work = describeWork(kind, config, base, known?.rows ?? null)
  if (!work) return []
  const agents = await loadFitAgents(tx, ctx, { kind, baseId, shape: work.shape })
  return agents.map(({ id, device }) => {
    const { memory, seconds, basis } = estimateFit(work.shape, work.settings, work.wish, work.data, device)
    return { agentId: id, memoryBytes: memory.total, seconds, basis }
  })
}

/**
 * The least memory of one GPU, in bytes, that this work can be fitted into: the engine's smallest rung, with room for
 * what else the device holds. Null where no shape is known.
 */
export async function estimateLeastMemory(
  tx: Transaction,
  ctx: ServiceContext,
  made: { kind: FitKind; config: Record<string, unknown>; baseId: string | null },
): Promise<number | null> {
  const base = made.baseId ? await loadBaseShape(tx, ctx, made.baseId) : null
  const work = describeWork(made.kind, made.config, base, null)
  return work && leastDeviceMemory(work.shape, work.settings, work.wish)
}

async function loadBaseShape(tx: Transaction, { workspaceId, storage }: ServiceContext, id: string) {
  const [row] = await tx
    .select({ files: modelVersion.files })
    .from(modelVersion)
    .where(and(eq(modelVersion.id, id), eq(modelVersion.workspaceId, workspaceId)))
  return row ? loadModelShape(storage, row) : null
}
