import { vote } from '@palate/db'
import { and, eq, isNull } from 'drizzle-orm'
import { audit } from '../audit'
import type { ServiceContext } from '../context'
import { notify } from '../notify'
import { authorize } from '../permission'
import { UndoRulesInput } from './schemas'

/** Takes back the rule votes of one application: they are superseded. A repeated call takes back none. */
export async function undoRules(ctx: ServiceContext, input: UndoRulesInput): Promise<{ undone: number }> {
  authorize(ctx, 'label:rule')
  const { appliedAt } = UndoRulesInput.parse(input)
  const { workspaceId } = ctx
  return ctx.db.transaction(async (tx) => {
    const rows = await tx
      .update(vote)
      .set({ supersededAt: ctx.now() })
      .where(
        and(
          eq(vote.workspaceId, workspaceId),
          eq(vote.source, 'rule'),
          eq(vote.createdAt, new Date(appliedAt)),
          isNull(vote.supersededAt),
        ),
      )
      .returning({ id: vote.id })
    await audit(tx, ctx, 'label.undo-rules', workspaceId, { appliedAt, undone: rows.length })
    if (rows.length > 0) await notify(tx, { workspaceId, topic: 'label', id: workspaceId })
    return { undone: rows.length }
  })
}
