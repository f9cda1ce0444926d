import { datasetVersion, modelVersion } from '@palate/db'
import {
  describeWork,
  type EstimateKind,
  type ModelShape,
  type ModelSource,
  nameModelSource,
} from '@palate/protocol'
import { and, eq } from 'drizzle-orm'
import type { ServiceContext } from '../context'
import { authorize } from '../permission'
import { loadEstimateAgents } from './estimate/agents'
import { loadEstimateRows, sizeOfDataset, sizeOfPairs, sizeOfThumbs, type TextSize } from './estimate/rows'
import { EstimateFactsInput, type EstimateFactsView } from './estimate/schemas'
import { loadBaseShape, loadModelShape } from './estimate/shape'
import { buildPreferenceRows } from './plan/preference-rows'
import { findStartModel } from './plan/start-model'
import { buildThumbRows } from './plan/thumb-rows'
import { findTrainingData } from './plan/training-data'

/** What an estimate of a new run needs: the model's shape, the size of the data, and each agent's device. */
export async function getEstimateFacts(
  ctx: ServiceContext,
  raw: EstimateFactsInput,
): Promise<EstimateFactsView> {
  authorize(ctx, 'run:read')
  const { kind, baseModelVersionId, base: source } = EstimateFactsInput.parse(raw)
  if (kind === 'pretrain') {
    const shape = describeWork('pretrain', {}, null, null)?.shape ?? null
    const agents = await loadEstimateAgents(ctx.db, ctx, { kind, baseId: null, shape })
    return { shape, rows: null, rowsFrom: null, agents }
  }
  const { key: baseId, shape } = await findBase(ctx, { kind, id: baseModelVersionId }, source)
  const agents = await loadEstimateAgents(ctx.db, ctx, { kind, baseId, shape })
  const size = await loadSize(ctx, kind)
  if (!baseId || !size) return { shape, rows: null, rowsFrom: null, agents }
  return { shape, agents, ...(await loadEstimateRows(ctx.db, ctx.workspaceId, { kind, baseId, size })) }
}

/** No model or data is not an error here, because the form is shown before there are any. */
async function findBase(
  ctx: ServiceContext,
  asked: { kind: Exclude<EstimateKind, 'pretrain'>; id: string | undefined },
  source: ModelSource | undefined,
): Promise<{ key: string | null; shape: ModelShape | null }> {
  if (source) {
    const key = nameModelSource(source)
    return { key, shape: await loadBaseShape(ctx.db, ctx, key) }
  }
  if (!asked.id && (await ctx.db.$count(modelVersion, eq(modelVersion.workspaceId, ctx.workspaceId))) === 0)
    return { key: null, shape: null }
  const { base } = await findStartModel(ctx.db, ctx.workspaceId, asked)
  return { key: base.id, shape: await loadModelShape(ctx.storage, base) }
}

async function loadSize(ctx: ServiceContext, kind: EstimateKind): Promise<TextSize | null> {
  if (kind === 'dpo') return sizeOfPairs((await buildPreferenceRows(ctx, ctx.db, {})).rows)
  if (kind === 'kto') return sizeOfThumbs((await buildThumbRows(ctx, ctx.db)).rows)
  const ready = and(eq(datasetVersion.workspaceId, ctx.workspaceId), eq(datasetVersion.status, 'ready'))
  if ((await ctx.db.$count(datasetVersion, ready)) === 0) return null
  return sizeOfDataset((await findTrainingData(ctx.db, ctx.workspaceId, undefined)).profile)
}
