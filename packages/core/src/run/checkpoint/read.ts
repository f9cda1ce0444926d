import { agent, attempt, type Database, type Transaction } from '@palate/db'
import { and, desc, eq, inArray, isNotNull } from 'drizzle-orm'
import { agentStatus } from '../../agent-status'
import { groupBy } from '../../group-by'
import type { RunRow } from '../queue/insert'
import { isTraining } from '../state/training'
import { type CheckpointKeeping, chooseCheckpoint, type Holder, type ResumeView } from './choose'

type Workspace = { db: Database | Transaction; workspaceId: string; now: () => Date }
type Ended = Pick<RunRow, 'id' | 'kind' | 'status'>

const isResumable = ({ kind, status }: Ended) =>
  isTraining(kind) && (status === 'canceled' || status === 'failed')

/** From where each of these runs can be resumed, or why not. Only trainings that were canceled or have failed. */
export async function readResumes(ctx: Workspace, runs: readonly Ended[]): Promise<Map<string, ResumeView>> {
  const ids = runs.filter(isResumable).map(({ id }) => id)
  if (ids.length === 0) return new Map()
  const rows = await ctx.db
    .select({ attempt, agent })
    .from(attempt)
    .innerJoin(agent, eq(agent.id, attempt.agentId))
    .where(
      and(
        eq(attempt.workspaceId, ctx.workspaceId),
        inArray(attempt.runId, ids),
        isNotNull(attempt.checkpointStep),
      ),
    )
    .orderBy(desc(attempt.number))
  const now = ctx.now()
  const holders = groupBy(rows, (row) => row.attempt.runId)
  return new Map(
    ids.map((id) => [
      id,
      chooseCheckpoint(
        id,
        (holders.get(id) ?? []).map((row) => toHolder(row, now)),
        now,
      ),
    ]),
  )
}

interface Row {
  attempt: typeof attempt.$inferSelect
  agent: typeof agent.$inferSelect
}

function toHolder({ attempt: made, agent: own }: Row, now: Date): Holder {
  const status = agentStatus(own, now)
  return {
    ...{ agentId: own.id, agentName: own.name, report: own.checkpoints },
    ...{ online: status === 'online', revoked: status === 'revoked' },
    ...{ step: made.checkpointStep ?? 0, endedAt: made.endedAt },
  }
}

/** For each run: how the agent that works on it keeps checkpoints of runs that end without a model. */
export async function readKeeping(
  ctx: Workspace,
  runIds: readonly string[],
): Promise<Map<string, CheckpointKeeping>> {
  if (runIds.length === 0) return new Map()
  const rows = await ctx.db
    .select({
      runId: attempt.runId,
      step: attempt.checkpointStep,
      agentName: agent.name,
      checkpoints: agent.checkpoints,
    })
    .from(attempt)
    .innerJoin(agent, eq(agent.id, attempt.agentId))
    .where(
      and(
        eq(attempt.workspaceId, ctx.workspaceId),
        inArray(attempt.runId, [...runIds]),
        eq(attempt.status, 'running'),
      ),
    )
  return new Map(
    rows.flatMap(({ runId, agentName, checkpoints }) => {
      if (!checkpoints) return []
      const { keepMs, budgetBytes } = checkpoints
      return [[runId, { agentName, keepMs, budgetBytes }] as const]
    }),
  )
}
