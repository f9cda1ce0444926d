import { once } from 'node:events'
import { setTimeout as sleep } from 'node:timers/promises'
import { drizzle, type NodePgDatabase } from 'drizzle-orm/node-postgres'
import { Pool, type PoolClient } from 'pg'
import copyStreams from 'pg-copy-streams'
import * as schema from './schema'
import { bindStatement } from './tenant'
import type { Transaction } from './transaction'

const graceMs = 5000

/** Sends bytes to a `copy … from stdin`. Rejects with the database's error, also one at the end of the copy. */
export type CopyIn = (statement: string, bytes: Buffer) => Promise<void>

interface BulkOptions {
  max: number
  applicationName: string
  /** In milliseconds, by PostgreSQL's names. */
  timeouts: Record<'statement_timeout' | 'lock_timeout' | 'idle_in_transaction_session_timeout', number>
}

/**
 * Transactions that can COPY, on connections of `pg`, because the `postgres` client does not report an error at a COPY's
 * end. A connection whose transaction failed is closed.
 */
export function openBulk(url: string, options: BulkOptions) {
  const pool = new Pool({
    connectionString: url,
    max: options.max,
    application_name: options.applicationName,
    ...options.timeouts,
    connectionTimeoutMillis: 30_000,
  })
  const ignore = () => undefined // the query that uses the connection gets the error, and the pool opens another
  pool.on('error', ignore)
  pool.on('connect', (client) => void client.on('error', ignore))
  const wrapped = new WeakMap<PoolClient, NodePgDatabase<typeof schema>>()
  const wrap = (client: PoolClient) => {
    const db = wrapped.get(client) ?? drizzle(client, { schema })
    wrapped.set(client, db)
    return db
  }

  async function run<Result>(workspace: string | null, work: BulkWork<Result>): Promise<Result> {
    const client = await pool.connect().catch((error: unknown) => {
      throw nameLoss(error)
    })
    let cause: unknown
    try {
      const result = await wrap(client).transaction(async (tx) => {
        try {
          if (workspace) await client.query(bindStatement(workspace))
          return await work(tx, (statement, bytes) => copyIn(client, statement, bytes))
        } catch (error) {
          cause = error
          throw error
        }
      })
      client.release()
      return result
    } catch (error) {
      client.release(true)
      throw nameLoss(cause ?? error) // a rollback on a broken connection fails too, but is not the cause
    }
  }
  /** Waits up to `graceMs` for running transactions. */
  const close = () => Promise.race([pool.end(), sleep(graceMs, undefined, { ref: false })])
  const boundTo = (workspace: string | null): Bulk => ({ transaction: (work) => run(workspace, work) })
  return { ...boundTo(null), within: boundTo, close }
}

type BulkWork<Result> = (tx: Transaction, copyIn: CopyIn) => Promise<Result>

export interface Bulk {
  transaction<Result>(work: BulkWork<Result>): Promise<Result>
}

async function copyIn(client: PoolClient, statement: string, bytes: Buffer): Promise<void> {
  const stream = client.query(copyStreams.from(statement))
  const finished = once(stream, 'finish')
  stream.end(bytes)
  await finished
}

/** Adds a code to the error of a lost connection, which has none in `pg`, so that callers can try again. */
function nameLoss(error: unknown): unknown {
  const lost =
    /^(Connection terminated|timeout exceeded when trying to connect|Client has encountered a conn)/
  for (let one = error; one instanceof Error; one = one.cause)
    if (!('code' in one) && lost.test(one.message)) Object.assign(one, { code: 'CONNECTION_CLOSED' })
  return error
}
