import { addModel, getModel, listModels, mergeModel } from '@palate/core'
import { AddModelInput, MergeModelInput, ModelRef } from '@palate/core/model/schemas'
import { creates, router, workspaceProcedure } from '../trpc'

const read = workspaceProcedure('model:read')

export const modelRouter = router({
  add: workspaceProcedure('run:create').input(AddModelInput).mutation(creates(addModel)),
  merge: workspaceProcedure('run:create').input(MergeModelInput).mutation(creates(mergeModel)),
  list: read.query(({ ctx }) => listModels(ctx.service)),
  get: read.input(ModelRef).query(({ ctx, input }) => getModel(ctx.service, input)),
})
