import { createBatch, getBatch, listBatches, listPairs } from '@palate/core'
import { BatchRef, CreateBatchInput, ListPairsInput } from '@palate/core/variant/schemas'
import { creates, router, workspaceProcedure } from '../trpc'

const read = workspaceProcedure('variant:read')

export const variantRouter = router({
  batches: read.query(({ ctx }) => listBatches(ctx.service)),
  batch: read.input(BatchRef).query(({ ctx, input }) => getBatch(ctx.service, input)),
  pairs: read.input(ListPairsInput).query(({ ctx, input }) => listPairs(ctx.service, input)),
  createBatch: workspaceProcedure('variant:create').input(CreateBatchInput).mutation(creates(createBatch)),
})
