import type { Database, Transaction } from '@palate/db'
import { type AgentNotice, agentChannel, type LiveTopic, liveChannel } from '@palate/protocol'
import { sql } from 'drizzle-orm'

/** Tells browsers of a workspace to look again. Sent by Postgres when the transaction commits. */
export async function notify(
  tx: Transaction | Database,
  notice: { workspaceId: string; topic: LiveTopic; id: string },
): Promise<void> {
  await tx.execute(sql`select pg_notify(${liveChannel}, ${JSON.stringify(notice)})`)
}

/** Tells agents (one, or all with `agentId: null`) that there is work, or that a cancel was wished. */
export async function notifyAgents(tx: Transaction | Database, notice: AgentNotice): Promise<void> {
  await tx.execute(sql`select pg_notify(${agentChannel}, ${JSON.stringify(notice)})`)
}
