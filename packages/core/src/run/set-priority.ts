import { run } from '@palate/db'
import { eq } from 'drizzle-orm'
import { audit } from '../audit'
import type { ServiceContext } from '../context'
import { DomainError, required } from '../error'
import { notifyRun } from '../notify'
import { authorize } from '../permission'
import { SetRunPriorityInput } from './schemas'
import { lockRun } from './state/lock'

/** Changes the priority of a queued run. @throws DomainError `conflict` for a run that is not queued */
export async function setRunPriority(ctx: ServiceContext, raw: SetRunPriorityInput): Promise<void> {
  authorize(ctx, 'run:create')
  const { id, priority } = SetRunPriorityInput.parse(raw)
  await ctx.db.transaction(async (tx) => {
    const row = required(await lockRun(tx, ctx.workspaceId, id), 'This run')
    if (row.status !== 'queued') throw new DomainError('conflict', 'The run is not queued any more.')
    await tx.update(run).set({ priority }).where(eq(run.id, id))
    await audit(tx, ctx, 'run.priority', id, { before: { priority: row.priority }, after: { priority } })
    await notifyRun(tx, row)
  })
}
