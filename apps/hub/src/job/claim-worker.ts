import { EventEmitter } from 'node:events'
import type { WorkerEvents } from 'graphile-worker'
import type { Pool } from 'pg'

/** First key of the advisory locks by which a hub shows that a worker pool of its own lives. */
export const workerLockSpace = 7_281_953

/**
 * graphile-worker locks jobs under the id of its pool. This hub holds an advisory lock on that id, on one connection:
 * Postgres lets go of it when the hub dies, however it dies, and so the other hubs know whose jobs they may free.
 * A hub that loses this connection may have its jobs taken over while it works on them; they can run twice.
 */
export async function openClaims(pool: Pool) {
  const events: WorkerEvents = new EventEmitter()
  const client = await pool.connect()
  let claimed: Promise<unknown> = Promise.resolve()
  events.on('pool:create', ({ workerPool }) => {
    claimed = client.query('select pg_advisory_lock($1, hashtext($2))', [workerLockSpace, workerPool.id])
  })
  return {
    events,
    /** Resolves when the lock is held, long before a job of this pool can look abandoned. */
    held: () => claimed,
    async release() {
      await client.query('select pg_advisory_unlock_all()')
      client.release()
    },
  }
}
