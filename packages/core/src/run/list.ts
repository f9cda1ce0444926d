import { run } from '@palate/db'
import { and, desc, eq } from 'drizzle-orm'
import type { ServiceContext } from '../context'
import { authorize } from '../permission'
import { ListRunsInput, type RunView } from './schemas'
import { loadRunViews } from './view'

/** The newest runs first. */
export async function listRuns(ctx: ServiceContext, raw: ListRunsInput): Promise<RunView[]> {
  authorize(ctx, 'run:read')
  const { kind, limit } = ListRunsInput.parse(raw)
  const rows = await ctx.db
    .select()
    .from(run)
    .where(and(eq(run.workspaceId, ctx.workspaceId), kind && eq(run.kind, kind)))
    .orderBy(desc(run.number))
    .limit(limit)
  return loadRunViews(ctx, rows)
}
