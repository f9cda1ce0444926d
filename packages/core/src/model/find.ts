import { type Database, modelVersion, type RunInput, type Transaction } from '@palate/db'
import { and, eq } from 'drizzle-orm'
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

/**
 * The weights of this model: a base's own, or an adapter together with its base's.
 * @throws DomainError `conflict` for a model that its import found not servable
 */
export async function weightsOf(
  tx: Database | Transaction,
  row: ModelVersionRow,
): Promise<{ base: RunInput; adapter: RunInput | null }> {
  const base = row.kind === 'base' ? row : await getModelRow(tx, row.workspaceId, row.baseId ?? '')
  if (base.facts?.notServable)
    throw new DomainError(
      'conflict',
      `${base.name} v${base.number} is not servable. ${base.facts.notServable}`,
      'Choose another model.',
    )
  return { base: base.gguf, adapter: row.kind === 'base' ? null : row.gguf }
}
