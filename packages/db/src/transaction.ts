import type { ExtractTablesWithRelations } from 'drizzle-orm'
import type { PgQueryResultHKT, PgTransaction } from 'drizzle-orm/pg-core'
import type * as schema from './schema'

/** A transaction on a connection of either client. What `execute` gives back differs between them: read it by `rowsOf`. */
export type Transaction = PgTransaction<
  PgQueryResultHKT,
  typeof schema,
  ExtractTablesWithRelations<typeof schema>
>

/** The rows that `execute` gave back: one client's answer is the list of them, the other's holds it. */
export function rowsOf<Row>(answer: unknown): Row[] {
  const list = typeof answer === 'object' && answer !== null && 'rows' in answer ? answer.rows : answer
  return list as Row[]
}
