import { type Database, modelVersion, type RunInput, type Transaction } from '@palate/db'
import { and, desc, eq } from 'drizzle-orm'
import { DomainError, required } from '../error'
import type { ModelVersionRow } from './register'

/** @throws DomainError `not_found` */
export async function getModelRow(
  tx: Database | Transaction,
  workspaceId: string,
  id: string,
): Promise<ModelVersionRow> {
  const [row] = await tx
    .select()
    .from(modelVersion)
    .where(and(eq(modelVersion.workspaceId, workspaceId), eq(modelVersion.id, id)))
  return required(row, 'This model')
}

/** @throws DomainError `conflict`, with a remedy, when the workspace has no model of this kind yet */
export async function getNewestModelRow(
  tx: Database | Transaction,
  workspaceId: string,
  kind: ModelVersionRow['kind'],
): Promise<ModelVersionRow> {
  const [row] = await tx
    .select()
    .from(modelVersion)
    .where(and(eq(modelVersion.workspaceId, workspaceId), eq(modelVersion.kind, kind)))
    .orderBy(desc(modelVersion.createdAt), desc(modelVersion.number))
    .limit(1)
  if (row) return row
  throw kind === 'base'
    ? new DomainError('conflict', 'There is no model yet.', 'Train the starter model first.')
    : new DomainError('conflict', 'There is no tuned model yet.', 'Run a preference training first.')
}

/** The weights of this model: a base's own, or an adapter together with its base's. */
export async function weightsOf(
  tx: Database | Transaction,
  row: ModelVersionRow,
): Promise<{ base: RunInput; adapter: RunInput | null }> {
  if (row.kind === 'base') return { base: row.gguf, adapter: null }
  const base = await getModelRow(tx, row.workspaceId, row.baseId ?? '')
  return { base: base.gguf, adapter: row.gguf }
}
