import { getSession } from '@palate/core'
import { router, sessionProcedure } from '../trpc'

export const sessionRouter = router({
  me: sessionProcedure.query(({ ctx }) => getSession(ctx.deps, ctx.caller, ctx.workspace)),
})
