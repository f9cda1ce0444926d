import type { JobPayloads } from '@palate/core'
import type { WorkerUtils } from 'graphile-worker'
import type { Pool } from 'pg'
import { workerLockSpace } from './claim-worker'
import type { JobKind, JobTools } from './kind'
import { jobKinds, neverEnded } from './tasks'

/**
 * A hub that was killed leaves its jobs locked, and graphile-worker unlocks them only after four hours. Here they are
 * unlocked as soon as the hub's advisory lock is gone; a job without retries left ends with a message.
 */
export async function rescueJobs(pool: Pool, utils: WorkerUtils, tools: JobTools): Promise<void> {
  const dead = await findDeadWorkers(pool)
  if (dead.length > 0) {
    tools.deps.log.warn({ workers: dead }, 'unlocking the jobs of stopped workers')
    await utils.forceUnlockWorkers(dead)
  }
  const { rows } = await pool.query<{ id: string; name: string }>(
    'select id, task_identifier as name from graphile_worker.jobs where attempts >= max_attempts and locked_at is null',
  )
  const names = new Map(rows.map(({ id, name }) => [id, name]))
  for (const job of await utils.completeJobs([...names.keys()])) {
    const kind = jobKinds[names.get(job.id) as keyof JobPayloads] as JobKind<unknown> | undefined
    await kind?.giveUp(tools, job.payload, neverEnded)
  }
}

async function findDeadWorkers(pool: Pool): Promise<string[]> {
  const { rows } = await pool.query<{ worker: string }>(
    `select distinct locked_by as worker from graphile_worker.jobs
     where locked_by is not null and locked_at < now() - interval '5 seconds'
       and not exists (
         select 1 from pg_locks
         where locktype = 'advisory' and classid = $1 and objid = (hashtext(locked_by)::bigint & 4294967295)::oid
           and objsubid = 2
           and database = (select oid from pg_database where datname = current_database())
       )`,
    [workerLockSpace],
  )
  return rows.map(({ worker }) => worker)
}
