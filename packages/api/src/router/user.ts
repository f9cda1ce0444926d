import {
  changePassword,
  endOtherSessions,
  endSession,
  getRecentAuth,
  listSessions,
  reauthenticate,
  requirePerson,
} from '@palate/core'
import { ChangePasswordInput, ReauthenticateInput, SessionRef } from '@palate/core/user/schemas'
import { router, sessionProcedure } from '../trpc'

/** The caller's own account. An API key is refused before its input is parsed. */
export const person = sessionProcedure.use(({ ctx, next }) =>
  next({ ctx: { ...ctx, caller: requirePerson(ctx.caller) } }),
)

export const userRouter = router({
  sessions: person.query(({ ctx }) => listSessions(ctx.deps, ctx.caller)),
  endSession: person.input(SessionRef).mutation(({ ctx, input }) => endSession(ctx.deps, ctx.caller, input)),
  endOtherSessions: person.mutation(({ ctx }) => endOtherSessions(ctx.deps, ctx.caller)),
  recentAuth: person.query(({ ctx }) => getRecentAuth(ctx.deps, ctx.caller)),
  reauthenticate: person
    .input(ReauthenticateInput)
    .mutation(({ ctx, input }) => reauthenticate(ctx.deps, ctx.caller, input)),
  changePassword: person
    .input(ChangePasswordInput)
    .mutation(({ ctx, input }) => changePassword(ctx.deps, ctx.caller, input)),
})
