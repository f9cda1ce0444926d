import { attempt, type Transaction } from '@palate/db'
import { count, eq } from 'drizzle-orm'

export async function countAttempts(tx: Transaction, runId: string): Promise<number> {
  const [row] = await tx.select({ n: count() }).from(attempt).where(eq(attempt.runId, runId))
  return row?.n ?? 0
}
