import type { Database, Transaction } from '@palate/db'
import { sql } from 'drizzle-orm'

/** The hub's background jobs and what each needs. */
export interface JobPayloads {
  'import-dataset': { datasetVersionId: string }
  'prepare-variant-batch': { batchId: string }
  'score-evaluation': { evaluationId: string }
}

/** Queues a job in the caller's transaction: it exists exactly when the rows it is about exist. */
export async function addJob<Name extends keyof JobPayloads>(
  tx: Transaction | Database,
  name: Name,
  payload: JobPayloads[Name],
  jobKey: string,
): Promise<void> {
  await tx.execute(
    sql`select graphile_worker.add_job(${name}, ${JSON.stringify(payload)}::json, job_key := ${jobKey}, max_attempts := 3)`,
  )
}
