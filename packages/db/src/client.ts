import { drizzle, type PostgresJsDatabase } from 'drizzle-orm/postgres-js'
import postgres from 'postgres'
import { type Bulk, openBulk } from './bulk'
import { guardTransactions } from './lost-connection'
import * as schema from './schema'
import { bindClient } from './tenant'

/**
 * In milliseconds, for every connection of a verb: a statement that hangs, a wait for another's lock, and a transaction
 * that was forgotten all end. Imports and trainings do their long work outside of the database.
 */
const timeouts = {
  statement_timeout: 60_000,
  lock_timeout: 30_000,
  idle_in_transaction_session_timeout: 120_000,
}

const connectSeconds = 10
/**
 * Seconds until a lost connection is opened again: the library's own wait grows to 20 s, in which requests would hang
 * although the database is back.
 */
const backoff = (failures: number) => Math.min(0.05 * 2 ** failures, 1)

/**
 * The pools of a process: `db` for Drizzle; `sql`, a plain client for LISTEN and for SQL that Drizzle cannot express
 * (Drizzle changes the type parsers of its client); `bulk` for transactions that COPY, which connects on first use.
 * They see what belongs to no workspace, such as accounts; `within` gives the same pools bound to a workspace.
 */
export function openDatabase(url: string, options: { max?: number; applicationName?: string } = {}) {
  const { max = 10, applicationName = 'palate' } = options
  const connection = { application_name: applicationName, ...timeouts }
  const settings = {
    onnotice: () => undefined,
    connection,
    connect_timeout: connectSeconds,
    backoff,
  }
  const half = Math.max(2, Math.ceil(max / 2))
  const wrapped = postgres(url, { ...settings, max })
  const sql = postgres(url, { ...settings, max: half })
  const bulk = openBulk(url, { max: half, applicationName, timeouts })
  const close = async () => {
    await Promise.all([wrapped.end({ timeout: 5 }), sql.end({ timeout: 5 }), bulk.close()])
  }
  const client = guardTransactions(wrapped)
  const bind = (workspace: string): Bound => ({
    db: drizzle(bindClient(client, workspace), { schema }),
    bulk: bulk.within(workspace),
  })
  return { db: drizzle(client, { schema }), sql, bulk, within: remember(bind), close }
}

/** Pools whose transactions see the rows of one workspace. */
export interface Bound {
  db: Database
  bulk: Bulk
}

const rememberedWorkspaces = 500

/** The pools of the workspaces that were asked for last: to make them takes as long as a short query. */
function remember(bind: (workspace: string) => Bound): (workspace: string) => Bound {
  const known = new Map<string, Bound>()
  return (workspace) => {
    const bound = known.get(workspace) ?? bind(workspace)
    known.delete(workspace)
    known.set(workspace, bound)
    const [oldest] = known.keys()
    if (known.size > rememberedWorkspaces && oldest !== undefined) known.delete(oldest)
    return bound
  }
}

export type OpenDatabase = ReturnType<typeof openDatabase>
/** Also a transaction, in which the transactions of a verb are savepoints. */
export type Database = PostgresJsDatabase<typeof schema>
export type Sql = postgres.Sql
