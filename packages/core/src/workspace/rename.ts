import { workspace } from '@palate/db'
import { eq } from 'drizzle-orm'
import { audit } from '../audit'
import type { ServiceContext } from '../context'
import { required } from '../error'
import { notify } from '../notify'
import { authorize } from '../permission'
import { RenameWorkspaceInput } from './schemas'

/** Gives the workspace another name. Its slug stays: links and scripts use it. */
export async function renameWorkspace(ctx: ServiceContext, raw: RenameWorkspaceInput): Promise<void> {
  authorize(ctx, 'workspace:write')
  const { name } = RenameWorkspaceInput.parse(raw)
  const { workspaceId } = ctx
  await ctx.db.transaction(async (tx) => {
    const own = eq(workspace.id, workspaceId)
    const [row] = await tx.select({ name: workspace.name }).from(workspace).where(own).for('no key update')
    const { name: before } = required(row, 'This workspace')
    if (before === name) return
    await tx.update(workspace).set({ name }).where(own)
    await audit(tx, ctx, 'workspace.rename', workspaceId, { before, after: name })
    await notify(tx, { workspaceId, topic: 'member', id: workspaceId })
  })
}
