import { text } from 'node:stream/consumers'
import { attempt, type Database, modelVersion, run, type Transaction } from '@palate/db'
import { type ModelShape, readModelShape } from '@palate/protocol'
import type { ObjectStore } from '@palate/storage'
import { and, desc, eq, sql } from 'drizzle-orm'
import type { ServiceContext } from '../../context'
import type { ModelVersionRow } from '../../model/register'

/** The shape of a registered model, from its config.json; null when that is missing or of another architecture. */
export async function loadModelShape(
  storage: ObjectStore,
  model: Pick<ModelVersionRow, 'files'>,
): Promise<ModelShape | null> {
  const file = model.files.find(({ name }) => name === 'model/config.json')
  if (!file || !(await storage.exists(file.storageKey))) return null
  try {
    return readModelShape(JSON.parse(await text(await storage.stream(file.storageKey))))
  } catch (error) {
    if (error instanceof SyntaxError) return null
    throw error
  }
}

/**
 * The shape of a run's base model (see `baseKey`): from a registered model's files, or from what the newest run on an
 * external model reported at its start. Null when not known.
 */
export async function loadBaseShape(
  tx: Database | Transaction,
  { workspaceId, storage }: Pick<ServiceContext, 'workspaceId' | 'storage'>,
  key: string,
): Promise<ModelShape | null> {
  const [model] = await tx
    .select({ files: modelVersion.files })
    .from(modelVersion)
    .where(and(eq(modelVersion.id, key), eq(modelVersion.workspaceId, workspaceId)))
  if (model) return loadModelShape(storage, model)
  const [reported] = await tx
    .select({ environment: attempt.environment })
    .from(attempt)
    .innerJoin(run, eq(run.id, attempt.runId))
    .where(
      and(
        eq(attempt.workspaceId, workspaceId),
        sql`${run.lineage} ->> 'base' = ${key}`,
        sql`${attempt.environment} ? 'model'`,
      ),
    )
    .orderBy(desc(attempt.startedAt))
    .limit(1)
  return reported ? readModelShape(reported.environment.model) : null
}

/** Identifies the base model of a run: the id of a registered model, or the name of an external one. */
export function baseKey(lineage: Record<string, unknown>): string | null {
  const key = lineage.baseModelVersionId ?? lineage.base
  return typeof key === 'string' ? key : null
}
