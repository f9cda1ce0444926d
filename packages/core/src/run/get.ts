import { run } from '@palate/db'
import { and, eq } from 'drizzle-orm'
import type { ServiceContext } from '../context'
import { required } from '../error'
import { authorize } from '../permission'
import type { RunRow } from './queue/insert'
import { RunRef, type RunView } from './schemas'
import { loadRunView } from './view'

export async function getRun(ctx: ServiceContext, raw: RunRef): Promise<RunView> {
  authorize(ctx, 'run:read')
  const { id } = RunRef.parse(raw)
  return loadRunView(ctx, await findOwnRun(ctx, id))
}

/** @throws DomainError `not_found` for a run of another workspace, as for one that does not exist */
export async function findOwnRun(ctx: ServiceContext, id: string): Promise<RunRow> {
  const [row] = await ctx.db
    .select()
    .from(run)
    .where(and(eq(run.id, id), eq(run.workspaceId, ctx.workspaceId)))
  return required(row, 'This run')
}
