import { type run, type Transaction, upload } from '@palate/db'
import { RunNeeds } from '@palate/protocol'
import { eq } from 'drizzle-orm'
import { audit } from '../audit'
import type { ServiceContext } from '../context'
import { DomainError, required } from '../error'
import { authorize } from '../permission'
import { insertRun } from '../run/queue/insert'
import { lockRun } from '../run/state/lock'
import { moveHubToken, storeHubToken } from './hub-token'
import { type AddedModel, RetryImportInput } from './schemas'
import { bindUpload } from './uploaded'

/**
 * Queues an import again that has failed or was canceled, with the same source, files and access token, or with a new
 * token. What an agent has downloaded is still in its cache, and the download goes on behind it.
 */
export async function retryImport(ctx: ServiceContext, raw: RetryImportInput): Promise<AddedModel> {
  authorize(ctx, 'run:create')
  const { runId, hubToken } = RetryImportInput.parse(raw)
  return ctx.db.transaction(async (tx) => {
    const ended = required(await lockRun(tx, ctx.workspaceId, runId), 'This run')
    if (ended.kind !== 'import') throw new DomainError('invalid', 'This run is not an import.')
    if (ended.status !== 'failed' && ended.status !== 'canceled')
      throw new DomainError('conflict', 'Only an import that has failed or was canceled is started again.')
    const { name, seed, config, inputs, lineage } = ended
    const uploadId = await findUpload(tx, ended)
    const needs = RunNeeds.parse(ended.needs)
    const made = await insertRun(tx, ctx, { kind: 'import', name, seed, config, inputs, lineage, needs })
    if (hubToken) await storeHubToken(tx, ctx, { runId: made.id, token: hubToken })
    else await moveHubToken(tx, ctx, { from: runId, to: made.id })
    if (uploadId) await bindUpload(tx, uploadId, made.id)
    await audit(tx, ctx, 'model.retry-import', made.id, { runId })
    return { runId: made.id, number: made.number }
  })
}

/** The upload that the run read. @throws DomainError `conflict` when it was deleted, or another import has it now */
async function findUpload(tx: Transaction, { id, lineage }: typeof run.$inferSelect): Promise<string | null> {
  const { uploadId } = lineage
  if (typeof uploadId !== 'string') return null
  const [row] = await tx.select({ runId: upload.runId }).from(upload).where(eq(upload.id, uploadId))
  if (row?.runId === id) return uploadId
  if (row) throw new DomainError('conflict', 'This import was started again already.', 'Open the newer run.')
  throw new DomainError(
    'conflict',
    'The uploaded file was deleted a day after the import had ended.',
    'Upload it again.',
  )
}
