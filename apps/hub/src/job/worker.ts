import { setTimeout as sleep } from 'node:timers/promises'
import type { Logger } from '@palate/core'
import { Logger as GraphileLogger, makeWorkerUtils, type Runner, run } from 'graphile-worker'
import type { Pool } from 'pg'
import { openClaims } from './claim-worker'
import type { JobTools } from './kind'
import { rescueJobs } from './rescue'
import { createTasks } from './tasks'

/** One of them may be a push of a model, which takes long. */
const concurrency = 3
const againMs = 1000
/**
 * The end of a job is written by a batch of one. Without it the library lets its promise go, and the process ends with an
 * unhandled rejection when the database is lost at that moment.
 */
const preset = { worker: { completeJobBatchDelay: 0, failJobBatchDelay: 0 } }

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
  const start = () =>
    run({
      preset,
      pgPool: pool,
      concurrency,
      logger,
      taskList: createTasks(tools),
      noHandleSignals: true,
      events: claims.events,
    })
  const runner = await keepRunning(start, log)
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

/**
 * A runner that cannot write the end of a job stops: the library does not know then who has the job. Another one takes
 * its place, and `rescueJobs` unlocks what the first had locked.
 */
async function keepRunning(start: () => Promise<Runner>, log: Logger): Promise<{ stop(): Promise<void> }> {
  let runner: Runner | null = await start()
  let stopping = false
  const keep = async () => {
    while (!stopping) {
      await runner?.promise.catch(() => undefined)
      if (stopping) return
      log.warn({}, 'the job worker stopped; another one takes its place')
      await sleep(againMs)
      runner = await start().catch(() => null)
    }
    await runner?.stop().catch(() => undefined)
  }
  void keep()
  return {
    async stop() {
      stopping = true
      await runner?.stop().catch(() => undefined)
    },
  }
}
