import { EventEmitter } from 'node:events'
import { setTimeout as sleep } from 'node:timers/promises'
import type { WorkerEvents } from 'graphile-worker'
import type { Pool, PoolClient } from 'pg'

/** First key of the advisory locks that show which worker pools are alive. */
export const workerLockSpace = 7_281_953

const againMs = 500

/**
 * graphile-worker locks jobs under the id of its pool. This hub holds an advisory lock on that id on one connection.
 * Postgres releases it however the hub dies, so other hubs know whose jobs they may unlock. A hub that loses the
 * connection (Postgres restarted) takes the lock again on a new one; until then its jobs may run twice.
 */
export async function openClaims(pool: Pool) {
  const events: WorkerEvents = new EventEmitter()
  let client: PoolClient | null = await pool.connect()
  let workerPoolId: string | null = null
  let closing = false
  let claimed: Promise<unknown> = Promise.resolve()
  const claim = async (on: PoolClient) => {
    if (workerPoolId)
      await on.query('select pg_advisory_lock($1, hashtext($2))', [workerLockSpace, workerPoolId])
  }
  /** A runner that stopped by itself: its jobs are free. */
  const release = async (stopped: string) => {
    await client?.query('select pg_advisory_unlock($1, hashtext($2))', [workerLockSpace, stopped])
  }
  const watch = (held: PoolClient) => {
    held.once('end', () => {
      if (closing) return
      client = null
      held.release(true)
      void takeAgain()
    })
  }
  const takeAgain = async () => {
    while (!closing && !client) {
      const next = await pool.connect().catch(() => null)
      const isHeld =
        next &&
        (await claim(next).then(
          () => true,
          () => false,
        ))
      if (isHeld && !closing) {
        client = next
        watch(next)
      } else {
        next?.release(true)
        await sleep(againMs)
      }
    }
  }
  watch(client)
  events.on('pool:create', ({ workerPool }) => {
    const before = workerPoolId
    workerPoolId = workerPool.id
    if (!client) return
    claimed = claim(client).then(() => (before === null ? undefined : release(before)))
    claimed.catch(() => undefined) // the connection is lost, and it is claimed again on the next one
  })
  return {
    events,
    /** Resolves when the lock is held, long before a job of this pool could look abandoned. */
    held: () => claimed,
    async release() {
      closing = true
      await client?.query('select pg_advisory_unlock_all()')
      client?.release()
    },
  }
}
