import { addModel, getModel, listModels } from '@palate/core'
import { AddModelInput, ModelRef } from '@palate/core/model/schemas'
import { creates, router, workspaceProcedure } from '../trpc'

const read = workspaceProcedure('model:read')

export const modelRouter = router({
  add: workspaceProcedure('run:create').input(AddModelInput).mutation(creates(addModel)),
  list: read.query(({ ctx }) => listModels(ctx.service)),
  get: read.input(ModelRef).query(({ ctx, input }) => getModel(ctx.service, input)),
})
