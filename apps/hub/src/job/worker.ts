import { Logger as GraphileLogger, makeWorkerUtils, run } from 'graphile-worker'
import type { Pool } from 'pg'
import { openClaims } from './claim-worker'
import type { JobTools } from './kind'
import { rescueJobs } from './rescue'
import { createTasks } from './tasks'

const concurrency = 2

export interface Worker {
  /** Unlocks the jobs of stopped hubs and ends jobs without retries left. Called periodically. */
  rescue(): Promise<void>
  /** Gives jobs a moment to end, then aborts them; an aborted job is retried. */
  stop(): Promise<void>
}

/** Runs background jobs from the queue in Postgres; any number of hubs share it. */
export async function startWorker(pool: Pool, tools: JobTools): Promise<Worker> {
  const { log } = tools.deps
  const logger = new GraphileLogger(() => (level, message, meta) => {
    if (level === 'error') log.error({}, message)
    else if (level === 'warning') log.warn({ meta: JSON.stringify(meta) }, message)
  })
  const utils = await makeWorkerUtils({ pgPool: pool, logger })
  const claims = await openClaims(pool)
  await rescueJobs(pool, utils, tools)
  const runner = await run({
    pgPool: pool,
    concurrency,
    logger,
    taskList: createTasks(tools),
    noHandleSignals: true,
    events: claims.events,
  })
  await claims.held()
  return {
    rescue: () => rescueJobs(pool, utils, tools),
    async stop() {
      await runner.stop()
      await claims.release()
      await utils.release()
    },
  }
}
