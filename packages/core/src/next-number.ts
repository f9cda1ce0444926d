import type { Transaction } from '@palate/db'
import { and, eq, max, type SQL, sql } from 'drizzle-orm'
import { getTableConfig, type PgColumn, type PgTable } from 'drizzle-orm/pg-core'

type Numbered = PgTable & { workspaceId: PgColumn; number: PgColumn }

/**
 * The next number that users see (batch 4, evaluation 2), without gaps while nothing is deleted. Another transaction
 * that asks for the same table and workspace waits until the caller's transaction ends.
 */
export async function nextNumber(
  tx: Transaction,
  table: Numbered,
  workspaceId: string,
  within?: SQL,
): Promise<number> {
  const lock = `number:${getTableConfig(table).name}:${workspaceId}`
  await tx.execute(sql`select pg_advisory_xact_lock(hashtextextended(${lock}, 0))`)
  const [row] = await tx
    .select({ last: max(table.number) })
    .from(table)
    .where(and(eq(table.workspaceId, workspaceId), within))
  return Number(row?.last ?? 0) + 1
}
