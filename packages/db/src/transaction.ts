import type { ExtractTablesWithRelations } from 'drizzle-orm'
import type { PgQueryResultHKT, PgTransaction } from 'drizzle-orm/pg-core'
import type * as schema from './schema'

/** A transaction on a connection of either client. Their results of `execute` differ: read them with `rowsOf`. */
export type Transaction = PgTransaction<
  PgQueryResultHKT,
  typeof schema,
  ExtractTablesWithRelations<typeof schema>
>

/** The rows of a result of `execute`: a list with one client, an object with `rows` with the other. */
export function rowsOf<Row>(result: unknown): Row[] {
  const list = typeof result === 'object' && result !== null && 'rows' in result ? result.rows : result
  return list as Row[]
}
