import { changePassword, endOtherSessions, endSession, listSessions, requirePerson } from '@palate/core'
import { ChangePasswordInput, SessionRef } from '@palate/core/user/schemas'
import { router, sessionProcedure } from '../trpc'

/** The caller's own account. An API key is refused before its input is parsed. */
const person = sessionProcedure.use(({ ctx, next }) =>
  next({ ctx: { ...ctx, caller: requirePerson(ctx.caller) } }),
)

export const userRouter = router({
  sessions: person.query(({ ctx }) => listSessions(ctx.deps, ctx.caller)),
  endSession: person.input(SessionRef).mutation(({ ctx, input }) => endSession(ctx.deps, ctx.caller, input)),
  endOtherSessions: person.mutation(({ ctx }) => endOtherSessions(ctx.deps, ctx.caller)),
  changePassword: person
    .input(ChangePasswordInput)
    .mutation(({ ctx, input }) => changePassword(ctx.deps, ctx.caller, input)),
})
