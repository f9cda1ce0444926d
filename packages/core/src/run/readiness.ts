import { modelVersion } from '@palate/db'
import { eq } from 'drizzle-orm'
import type { ServiceContext } from '../context'
import { authorize } from '../permission'
import { buildPreferenceRows } from './plan/preference-rows'
import { buildThumbRows } from './plan/thumb-rows'

export interface ReadinessView {
  pairs: { decided: number; ties: number; person: number; judge: number; rule: number }
  /** Thumbs of the public chat on complete answers; `unfinished`: on other answers. */
  thumbs: { up: number; down: number; unfinished: number }
  /** Whether there is a model to train. */
  hasModel: boolean
}

/** What a preference training would be trained on now. */
export async function getReadiness(ctx: ServiceContext): Promise<ReadinessView> {
  authorize(ctx, 'run:read')
  const { counts } = await buildPreferenceRows(ctx, ctx.db, {})
  const thumbs = await buildThumbRows(ctx, ctx.db)
  const own = eq(modelVersion.workspaceId, ctx.workspaceId)
  return {
    pairs: counts,
    thumbs: thumbs.counts,
    hasModel: (await ctx.db.$count(modelVersion, own)) > 0,
  }
}
