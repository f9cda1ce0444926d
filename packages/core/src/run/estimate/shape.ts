import { text } from 'node:stream/consumers'
import { attempt, type Database, modelVersion, run, type Transaction } from '@palate/db'
import { type ModelShape, readModelShape } from '@palate/protocol'
import type { ObjectStore } from '@palate/storage'
import { and, desc, eq, sql } from 'drizzle-orm'
import type { ServiceContext } from '../../context'
import type { ModelVersionRow } from '../../model/register'

/** The shape of a registered model, from its own config.json; null where that is missing or of another kind. */
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
 * The shape of what runs begin with (see `baseKey`): a registered model's own, and of one from elsewhere what the
 * newest run on it told when it started. Null where nobody knows it.
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
  const [told] = await tx
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
  return told ? readModelShape(told.environment.model) : null
}

/** What runs on one model have in common: the id of a registered base, or the name of one from elsewhere. */
export function baseKey(lineage: Record<string, unknown>): string | null {
  const key = lineage.baseModelVersionId ?? lineage.base
  return typeof key === 'string' ? key : null
}
