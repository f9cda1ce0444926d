import { getOverview } from '@palate/core'
import { router, workspaceProcedure } from '../trpc'

export const overviewRouter = router({
  get: workspaceProcedure('workspace:read').query(({ ctx }) => getOverview(ctx.service)),
})
