import { type RunInput, run, type Transaction, upload } from '@palate/db'
import type { ImportSource } from '@palate/protocol'
import { and, eq } from 'drizzle-orm'
import type { z } from 'zod'
import { DomainError, required } from '../error'
import { getModelRow } from './find'
import type { AddedModel, UploadSource } from './schemas'

interface Taken {
  source: ImportSource
  name: string
  inputs: RunInput[]
  lineage: Record<string, string>
  importedBy?: AddedModel
}

/**
 * An uploaded file as the source of an import, with the base that an adapter needs.
 * @throws DomainError `not_found`; `conflict` for an upload that has not arrived, or a base that cannot be used
 */
export async function takeUpload(
  tx: Transaction,
  workspaceId: string,
  { uploadId, format, baseModelVersionId }: z.output<typeof UploadSource>,
): Promise<Taken> {
  const [row] = await tx
    .select()
    .from(upload)
    .where(and(eq(upload.id, uploadId), eq(upload.workspaceId, workspaceId)))
    .for('update')
  const { filename, storageKey, sizeBytes, sha256, completedAt, runId } = required(row, 'This upload')
  if (!completedAt || !sha256 || sizeBytes === null)
    throw new DomainError('conflict', 'The file has not arrived yet.', 'Wait for the upload, then import it.')
  const file = { name: format === 'gguf' ? 'upload.gguf' : 'upload.zip', storageKey, sizeBytes, sha256 }
  const base = format === 'adapter' ? await takeBase(tx, workspaceId, baseModelVersionId) : null
  const importedBy = runId ? await findRun(tx, runId) : undefined
  return {
    source: { from: 'upload', format, filename },
    name: filename.replace(/\.(zip|gguf)$/i, '').slice(0, 80) || filename,
    inputs: [file, ...(base?.inputs ?? [])],
    lineage: { uploadId, ...(base ? { baseModelVersionId: base.id } : {}) },
    ...(importedBy ? { importedBy } : {}),
  }
}

/** Notes which import reads an upload, so that it is kept until that has ended. */
export async function bindUpload(tx: Transaction, uploadId: string, runId: string): Promise<void> {
  await tx.update(upload).set({ runId }).where(eq(upload.id, uploadId))
}

/** The files of the base that an adapter is put on: to check that it fits, and to load both in the server. */
async function takeBase(
  tx: Transaction,
  workspaceId: string,
  id: string | undefined,
): Promise<{ id: string; inputs: RunInput[] }> {
  if (!id)
    throw new DomainError('invalid', 'An adapter needs its base, and none was named.', 'Choose the base.')
  const base = await getModelRow(tx, workspaceId, id)
  const title = `${base.name} v${base.number}`
  if (base.kind !== 'base')
    throw new DomainError('invalid', `${title} is an adapter itself.`, 'Choose a base model.')
  const reason = base.facts?.notServable ?? base.facts?.notTrainable
  if (reason)
    throw new DomainError('conflict', `No adapter can be put on ${title}. ${reason}`, 'Choose another base.')
  // Under the name that the job file expects, whatever the model's own file is called.
  return { id, inputs: [...base.files, { ...base.gguf, name: 'base.gguf' }] }
}

async function findRun(tx: Transaction, id: string): Promise<AddedModel | undefined> {
  const [found] = await tx.select({ runId: run.id, number: run.number }).from(run).where(eq(run.id, id))
  return found
}
