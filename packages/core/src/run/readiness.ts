import { modelVersion } from '@palate/db'
import { and, desc, eq } from 'drizzle-orm'
import type { ServiceContext } from '../context'
import { authorize } from '../permission'
import { buildPreferenceRows } from './plan/preference-rows'
import { buildThumbRows } from './plan/thumb-rows'

interface ModelRef {
  id: string
  name: string
  number: number
  createdAt: Date
}

export interface ReadinessView {
  pairs: { decided: number; ties: number; person: number; judge: number; rule: number }
  /** Thumbs of the public chat on complete answers; `unfinished`: on other answers. */
  thumbs: { up: number; down: number; unfinished: number }
  /** The newest base model, which a preference training uses by default. */
  baseModel: ModelRef | null
  /** The adapters on that base, newest first. */
  adapters: ModelRef[]
}

/** What a preference training would be trained on now. */
export async function getReadiness(ctx: ServiceContext): Promise<ReadinessView> {
  authorize(ctx, 'run:read')
  const { counts } = await buildPreferenceRows(ctx, ctx.db, {})
  const thumbs = await buildThumbRows(ctx, ctx.db)
  const models = await ctx.db
    .select({
      id: modelVersion.id,
      name: modelVersion.name,
      number: modelVersion.number,
      createdAt: modelVersion.createdAt,
      kind: modelVersion.kind,
      baseId: modelVersion.baseId,
    })
    .from(modelVersion)
    .where(and(eq(modelVersion.workspaceId, ctx.workspaceId)))
    .orderBy(desc(modelVersion.createdAt), desc(modelVersion.number))
  const toRef = ({ id, name, number, createdAt }: ModelRef): ModelRef => ({ id, name, number, createdAt })
  const base = models.find(({ kind }) => kind === 'base')
  const adapters = models.filter(({ baseId }) => base && baseId === base.id)
  return {
    pairs: counts,
    thumbs: thumbs.counts,
    baseModel: base ? toRef(base) : null,
    adapters: adapters.map(toRef),
  }
}
