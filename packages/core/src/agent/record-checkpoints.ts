import { agent, run } from '@palate/db'
import { CheckpointReport } from '@palate/protocol'
import { and, eq, inArray } from 'drizzle-orm'
import type { AgentContext } from '../context'
import { notifyRun } from '../notify'

/** Records which checkpoints of ended runs an agent keeps. The pages of these runs read again. */
export async function recordCheckpoints(ctx: AgentContext, raw: CheckpointReport): Promise<null> {
  const report = CheckpointReport.parse(raw)
  const own = and(eq(agent.id, ctx.agentId), eq(agent.workspaceId, ctx.workspaceId))
  await ctx.db.transaction(async (tx) => {
    const [before] = await tx
      .select({ checkpoints: agent.checkpoints })
      .from(agent)
      .where(own)
      .for('no key update')
    await tx
      .update(agent)
      .set({ checkpoints: { ...report, reportedAt: ctx.now().getTime() } })
      .where(own)
    const touched = changedRuns(before?.checkpoints ?? null, report)
    if (touched.length === 0) return
    const known = await tx
      .select({ id: run.id, workspaceId: run.workspaceId })
      .from(run)
      .where(and(eq(run.workspaceId, ctx.workspaceId), inArray(run.id, touched)))
    for (const one of known) await notifyRun(tx, one)
  })
  return null
}

function changedRuns(before: CheckpointReport | null, after: CheckpointReport): string[] {
  const [old, now] = [before?.kept ?? [], after.kept].map(
    (kept) => new Map(kept.map(({ runId, step }) => [runId, step])),
  )
  return [...new Set([...(old?.keys() ?? []), ...(now?.keys() ?? [])])].filter(
    (id) => old?.get(id) !== now?.get(id),
  )
}
