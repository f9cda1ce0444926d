import { drizzle } from 'drizzle-orm/postgres-js'
import postgres from 'postgres'
import * as schema from './schema'

/**
 * One pair of pools a process: `db` is Drizzle's; `sql` is a bare client for LISTEN, `unnest` inserts and
 * whatever Drizzle cannot say (Drizzle changes the type parsers of the client that it wraps).
 */
export function openDatabase(url: string, options: { max?: number; applicationName?: string } = {}) {
  const settings = {
    onnotice: () => undefined,
    connection: { application_name: options.applicationName ?? 'palate' },
  }
  const wrapped = postgres(url, { ...settings, max: options.max ?? 10 })
  const sql = postgres(url, { ...settings, max: Math.max(2, Math.ceil((options.max ?? 10) / 2)) })
  const close = async () => {
    await Promise.all([wrapped.end({ timeout: 5 }), sql.end({ timeout: 5 })])
  }
  return { db: drizzle(wrapped, { schema }), sql, close }
}

export type OpenDatabase = ReturnType<typeof openDatabase>
export type Database = OpenDatabase['db']
export type Transaction = Parameters<Parameters<Database['transaction']>[0]>[0]
export type Sql = postgres.Sql
