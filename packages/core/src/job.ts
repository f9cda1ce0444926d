import type { Database, Transaction } from '@palate/db'
import { sql } from 'drizzle-orm'

/** The hub's background jobs and their payloads. */
export interface JobPayloads {
  'import-dataset': { datasetVersionId: string }
  'prepare-variant-batch': { batchId: string }
  'score-evaluation': { evaluationId: string }
  'push-model': { pushId: string }
}

/** Jobs that may take hours: one of them at a time, so that the others have their turn. */
const queueOf: Partial<Record<keyof JobPayloads, string>> = { 'push-model': 'push-model' }

/** Queues a job in the caller's transaction, so it exists only if the transaction commits. */
export async function addJob<Name extends keyof JobPayloads>(
  tx: Transaction | Database,
  name: Name,
  payload: JobPayloads[Name],
  jobKey: string,
): Promise<void> {
  await tx.execute(
    sql`select graphile_worker.add_job(${name}, ${JSON.stringify(payload)}::json, queue_name := ${queueOf[name] ?? null}, job_key := ${jobKey}, max_attempts := 3)`,
  )
}
