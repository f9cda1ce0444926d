import type { Database, Transaction } from '@palate/db'
import { type AgentNotice, agentChannel, type LiveNotice, liveChannel } from '@palate/protocol'
import { sql } from 'drizzle-orm'

/** Announces to the browsers of a workspace what changed. Postgres sends it when the transaction commits. */
export async function notify(tx: Transaction | Database, ...notices: LiveNotice[]): Promise<void> {
  if (notices.length === 0) return
  const payloads = notices.map((notice) => JSON.stringify(notice))
  await tx.execute(
    sql`select pg_notify(${liveChannel}, payload) from unnest(${sql.param(payloads)}::text[]) as payload`,
  )
}

/** Announces that a run's status or priority changed, and with it the queue of waiting runs. */
export async function notifyRun(
  tx: Transaction | Database,
  { id, workspaceId }: { id: string; workspaceId: string },
): Promise<void> {
  await notify(tx, { workspaceId, topic: 'run', id }, { workspaceId, topic: 'queue', id })
}

/** Announces work, a cancel or a change of credentials to one agent, or to all with `agentId: null`. */
export async function notifyAgents(tx: Transaction | Database, notice: AgentNotice): Promise<void> {
  await tx.execute(sql`select pg_notify(${agentChannel}, ${JSON.stringify(notice)})`)
}
