import type { ServiceContext } from '../context'
import { required } from '../error'
import { authorize } from '../permission'
import { BatchRef } from './schemas'
import { type BatchView, readBatches } from './view'

/** All batches, newest first, with what has arrived until now. */
export async function listBatches(ctx: ServiceContext): Promise<BatchView[]> {
  authorize(ctx, 'variant:read')
  return readBatches(ctx.db, ctx.workspaceId)
}

/** @throws DomainError `not_found` */
export async function getBatch(ctx: ServiceContext, input: BatchRef): Promise<BatchView> {
  authorize(ctx, 'variant:read')
  const { id } = BatchRef.parse(input)
  const [view] = await readBatches(ctx.db, ctx.workspaceId, id)
  return required(view, 'This batch')
}
