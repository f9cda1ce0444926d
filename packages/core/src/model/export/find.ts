import type { Database, Transaction } from '@palate/db'
import type { Deps } from '../../context'
import { DomainError, required } from '../../error'
import { readPersonas } from '../../persona/read'
import { getModelRow } from '../find'
import type { ExportedFile, ExportedModel } from './contents'

/** @throws DomainError `not_found`, also for a model of another workspace */
export async function getExported(
  tx: Database | Transaction,
  workspaceId: string,
  id: string,
): Promise<ExportedModel> {
  const model = await getModelRow(tx, workspaceId, id)
  const base = model.kind === 'base' ? model : await getModelRow(tx, workspaceId, model.baseId ?? '')
  return { model, base }
}

/** The prompt of a persona as the chat uses it; null where none is asked for. @throws DomainError `not_found` */
export async function findSystem(
  tx: Database,
  workspaceId: string,
  slug: string | null,
): Promise<string | null> {
  if (!slug) return null
  const personas = await readPersonas(tx, workspaceId)
  return required(
    personas.find((one) => one.slug === slug),
    'This persona',
  ).systemPrompt
}

/** Before a byte is sent. @throws DomainError `not_found` when a file has left the store */
export async function requireStored(
  { storage }: Pick<Deps, 'storage'>,
  files: readonly ExportedFile[],
): Promise<void> {
  for (const { path, storageKey, sizeBytes } of files) {
    if ((await storage.exists(storageKey)) && (await storage.size(storageKey)) === sizeBytes) continue
    throw new DomainError(
      'not_found',
      `The file ${path} is no longer whole in the object store.`,
      'Restore the store from a backup, or make the model again.',
    )
  }
}
