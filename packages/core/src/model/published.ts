import { type Database, modelVersion, run, type Transaction } from '@palate/db'
import { eq, sql } from 'drizzle-orm'

/** The ids of the models that were imported, and of all that was trained from them: adapters and whole models. */
export async function readPublished(
  tx: Database | Transaction,
  workspaceId: string,
): Promise<ReadonlySet<string>> {
  const rows = await tx
    .select({
      id: modelVersion.id,
      baseId: modelVersion.baseId,
      imported: sql<boolean>`${run.kind} = 'import'`,
      trainedFrom: sql<string | null>`${run.lineage} ->> 'baseModelVersionId'`,
    })
    .from(modelVersion)
    .innerJoin(run, eq(run.id, modelVersion.runId))
    .where(eq(modelVersion.workspaceId, workspaceId))
  const byId = new Map(rows.map((row) => [row.id, row]))
  const isPublished = (id: string): boolean => {
    const row = byId.get(id)
    if (!row) return false
    const parent = row.baseId ?? row.trainedFrom
    return parent ? isPublished(parent) : row.imported
  }
  return new Set(rows.map(({ id }) => id).filter(isPublished))
}
