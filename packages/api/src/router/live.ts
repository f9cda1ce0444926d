import { createLiveTicket } from '@palate/core'
import { router, workspaceProcedure } from '../trpc'

export const liveRouter = router({
  ticket: workspaceProcedure('workspace:read').query(({ ctx }) => createLiveTicket(ctx.service)),
})
