import { datasetVersion, modelVersion } from '@palate/db'
import { describeWork, type FitKind } from '@palate/protocol'
import { and, eq } from 'drizzle-orm'
import type { ServiceContext } from '../context'
import type { ModelVersionRow } from '../model/register'
import { authorize } from '../permission'
import { buildPreferenceRows } from '../run/preference-rows'
import { findStartModel } from '../run/start-model'
import { findTrainingData } from '../run/training-data'
import { loadFitAgents } from './agents'
import { loadFitRows, sizeOfDataset, sizeOfPairs, type TextSize } from './rows'
import { FitFactsInput, type FitFactsView } from './schemas'
import { loadModelShape } from './shape'

/** What is known about a run that is being ordered: the model's shape, the data's size, and each agent's device. */
export async function getFitFacts(ctx: ServiceContext, raw: FitFactsInput): Promise<FitFactsView> {
  authorize(ctx, 'run:read')
  const { kind, baseModelVersionId } = FitFactsInput.parse(raw)
  if (kind === 'pretrain') {
    const shape = describeWork('pretrain', {}, null, null)?.shape ?? null
    const agents = await loadFitAgents(ctx.db, ctx, { kind, baseId: null, shape })
    return { shape, rows: null, rowsFrom: null, agents }
  }
  const base = await findBase(ctx, baseModelVersionId)
  const shape = base && (await loadModelShape(ctx.storage, base))
  const agents = await loadFitAgents(ctx.db, ctx, { kind, baseId: base?.id ?? null, shape })
  const size = await loadSize(ctx, kind)
  if (!base || !size) return { shape, rows: null, rowsFrom: null, agents }
  return { shape, agents, ...(await loadFitRows(ctx.db, ctx.workspaceId, { kind, baseId: base.id, size })) }
}

/** A form is shown before there is a model or data: that is no error here. */
async function findBase(ctx: ServiceContext, id: string | undefined): Promise<ModelVersionRow | null> {
  if (!id && (await ctx.db.$count(modelVersion, eq(modelVersion.workspaceId, ctx.workspaceId))) === 0)
    return null
  return (await findStartModel(ctx.db, ctx.workspaceId, id)).base
}

async function loadSize(ctx: ServiceContext, kind: FitKind): Promise<TextSize | null> {
  if (kind === 'dpo') return sizeOfPairs((await buildPreferenceRows(ctx, ctx.db, {})).rows)
  const ready = and(eq(datasetVersion.workspaceId, ctx.workspaceId), eq(datasetVersion.status, 'ready'))
  if ((await ctx.db.$count(datasetVersion, ready)) === 0) return null
  return sizeOfDataset((await findTrainingData(ctx.db, ctx.workspaceId, undefined)).profile)
}
