import { getChatInfo, getTurn, giveFeedback } from '@palate/core'
import { ChatInfoInput, FeedbackInput, TurnRef } from '@palate/core/chat/schemas'
import { publicProcedure, router } from '../trpc'

/** Open to visitors: no session, no workspace. */
export const chatRouter = router({
  info: publicProcedure.input(ChatInfoInput).query(({ ctx, input }) => getChatInfo(ctx.deps, input)),
  turn: publicProcedure.input(TurnRef).query(({ ctx, input }) => getTurn(ctx.deps, input)),
  feedback: publicProcedure.input(FeedbackInput).mutation(({ ctx, input }) => giveFeedback(ctx.deps, input)),
})
