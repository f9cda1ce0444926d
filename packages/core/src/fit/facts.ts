import { modelVersion } from '@palate/db'
import { describeWork } from '@palate/protocol'
import { and, desc, eq } from 'drizzle-orm'
import type { ServiceContext } from '../context'
import { required } from '../error'
import type { ModelVersionRow } from '../model/register'
import { authorize } from '../permission'
import { buildPreferenceRows } from '../run/preference-rows'
import { loadFitAgents } from './agents'
import { loadFitRows, sizeOfPairs } from './rows'
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
  if (!base || kind !== 'dpo') return { shape, rows: null, rowsFrom: null, agents }
  const { rows } = await buildPreferenceRows(ctx, ctx.db, {})
  return { shape, agents, ...(await loadFitRows(ctx.db, ctx.workspaceId, base.id, sizeOfPairs(rows))) }
}

async function findBase(ctx: ServiceContext, id: string | undefined): Promise<ModelVersionRow | null> {
  const [row] = await ctx.db
    .select()
    .from(modelVersion)
    .where(
      and(
        eq(modelVersion.workspaceId, ctx.workspaceId),
        id ? eq(modelVersion.id, id) : eq(modelVersion.kind, 'base'),
      ),
    )
    .orderBy(desc(modelVersion.createdAt), desc(modelVersion.number))
    .limit(1)
  return id ? required(row, 'This base model') : (row ?? null)
}
