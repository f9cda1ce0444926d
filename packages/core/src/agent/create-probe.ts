import { agent, run } from '@palate/db'
import { ProbeConfig, RunNeeds } from '@palate/protocol'
import { and, eq, inArray, sql } from 'drizzle-orm'
import { audit } from '../audit'
import type { ServiceContext } from '../context'
import { DomainError, required } from '../error'
import { authorize } from '../permission'
import { insertRun } from '../run/queue/insert'
import { AgentRef, type CreatedProbe } from './schemas'

/** Creates a run that measures the agent's own machine, or returns the one that is queued or running. */
export async function createProbe(ctx: ServiceContext, raw: AgentRef): Promise<CreatedProbe> {
  authorize(ctx, 'run:create')
  const { id } = AgentRef.parse(raw)
  return ctx.db.transaction(async (tx) => {
    const [found] = await tx
      .select()
      .from(agent)
      .where(and(eq(agent.id, id), eq(agent.workspaceId, ctx.workspaceId)))
      .for('no key update')
    const { name, revokedAt, kinds } = required(found, 'This agent')
    if (revokedAt) throw new DomainError('conflict', 'This agent was revoked.')
    if (!kinds.includes('probe'))
      throw new DomainError('conflict', `${name} cannot measure itself yet.`, 'Update the agent.')
    const [open] = await tx
      .select({ runId: run.id, number: run.number })
      .from(run)
      .where(
        and(
          eq(run.workspaceId, ctx.workspaceId),
          inArray(run.status, ['queued', 'running', 'canceling']),
          eq(run.kind, 'probe'),
          sql`${run.needs}->>'agentId' = ${id}`,
        ),
      )
      .limit(1)
    if (open) return open
    const needs = RunNeeds.parse({ agentId: id })
    const made = { kind: 'probe', name: `measuring ${name}`.slice(0, 80), seed: 1, needs } as const
    const row = await insertRun(tx, ctx, { ...made, config: ProbeConfig.parse({}), inputs: [], lineage: {} })
    await audit(tx, ctx, 'agent.probe', id, { runId: row.id })
    return { runId: row.id, number: row.number }
  })
}
