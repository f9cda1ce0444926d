import { EventEmitter } from 'node:events'
import type { WorkerEvents } from 'graphile-worker'
import type { Pool } from 'pg'

/** First key of the advisory locks by which a hub shows that a worker of its own lives. */
export const workerLockSpace = 7_281_953

/**
 * Each worker of this hub holds an advisory lock on its id, on one connection. Postgres lets go of it when the hub
 * dies, however it dies, and so the other hubs know whose jobs they may free.
 * A hub that loses this connection may have its jobs taken over while it works on them; they can run twice.
 */
export async function openClaims(pool: Pool) {
  const events: WorkerEvents = new EventEmitter()
  const client = await pool.connect()
  events.on('worker:create', ({ worker }) => {
    void client.query('select pg_advisory_lock($1, hashtext($2))', [workerLockSpace, worker.workerId])
  })
  return {
    events,
    async release() {
      await client.query('select pg_advisory_unlock_all()')
      client.release()
    },
  }
}
