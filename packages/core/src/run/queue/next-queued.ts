import { rowsOf, type Transaction } from '@palate/db'
import type { RunKind } from '@palate/protocol'
import { sql } from 'drizzle-orm'
import type { Capacity } from './capacity'

/**
 * Locks the queued run that this capacity should take next: highest priority, then the group (an experiment, or the
 * creator of single runs) with the fewest running runs, then age. Its cost grows with the number of queue keys, not of
 * runs: the recursion steps over the index `run_queue` from each queue key's oldest run to the next queue key's.
 *
 * @returns the run's id, or null when no run fits, or other transactions have locked all that fit
 */
export async function lockNextQueued(
  tx: Transaction,
  workspaceId: string,
  capacity: Capacity,
  kinds: readonly RunKind[],
): Promise<string | null> {
  const sizes = capacity.gpus.map(({ memoryBytes }) => memoryBytes).sort((a, b) => b - a)
  const queued = sql`r.workspace_id = ${workspaceId} and r.status = 'queued'`
  const headColumns = sql`r.queue_key, r.priority, r.kind, r.needs, r.created_at, r.number,
    coalesce(r.experiment_id, r.created_by, '') as queue_group`
  const gpusNeeded = sql`coalesce((h.needs->>'gpus')::int, 0)`
  const fits = capacity.cpuOnly
    ? sql`${gpusNeeded} = 0`
    : sql`(${JSON.stringify(sizes)}::jsonb->(greatest(1, ${gpusNeeded}) - 1))::bigint
        >= coalesce((h.needs->>'gpuMemoryBytes')::bigint, 0)`
  const result = await tx.execute(sql`
    with recursive head as (
      (select ${headColumns} from run r where ${queued} order by r.queue_key, r.created_at, r.number limit 1)
      union all
      select next.* from head cross join lateral (
        select ${headColumns} from run r where ${queued} and r.queue_key > head.queue_key
        order by r.queue_key, r.created_at, r.number limit 1
      ) next
    ),
    busy as materialized (
      select coalesce(experiment_id, created_by, '') as queue_group, count(*) as runs
      from run where workspace_id = ${workspaceId} and status in ('running', 'canceling') group by 1
    ),
    choice as materialized (
      select h.queue_key from head h left join busy using (queue_group)
      where ${JSON.stringify(kinds)}::jsonb ? h.kind
        and coalesce(h.needs->'labels', '[]') <@ ${JSON.stringify(capacity.labels)}::jsonb
        and coalesce(h.needs->>'agentId', ${capacity.agentId}) = ${capacity.agentId}
        and ${fits}
      order by h.priority desc, coalesce(busy.runs, 0), h.created_at, h.number
    )
    select picked.id from choice cross join lateral (
      select r.id from run r where ${queued} and r.queue_key = choice.queue_key
      order by r.created_at, r.number limit 1 for no key update skip locked
    ) picked limit 1
  `)
  const [found] = rowsOf<{ id: string }>(result)
  return found?.id ?? null
}
