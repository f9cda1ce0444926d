import { getModel, listModels } from '@palate/core'
import { ModelRef } from '@palate/core/model/schemas'
import { router, workspaceProcedure } from '../trpc'

const read = workspaceProcedure('model:read')

export const modelRouter = router({
  list: read.query(({ ctx }) => listModels(ctx.service)),
  get: read.input(ModelRef).query(({ ctx, input }) => getModel(ctx.service, input)),
})
