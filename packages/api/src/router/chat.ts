import { getChatInfo, getTurn, giveFeedback, listFeedback } from '@palate/core'
import { ChatInfoInput, FeedbackInput, ListFeedbackInput, TurnRef } from '@palate/core/chat/schemas'
import { publicProcedure, router, workspaceProcedure } from '../trpc'

/** Open to visitors, without a session or a workspace; only `listFeedback` is for members. */
export const chatRouter = router({
  info: publicProcedure.input(ChatInfoInput).query(({ ctx, input }) => getChatInfo(ctx.deps, input)),
  turn: publicProcedure.input(TurnRef).query(({ ctx, input }) => getTurn(ctx.deps, input)),
  feedback: publicProcedure.input(FeedbackInput).mutation(({ ctx, input }) => giveFeedback(ctx.deps, input)),
  listFeedback: workspaceProcedure('label:read')
    .input(ListFeedbackInput)
    .query(({ ctx, input }) => listFeedback(ctx.service, input)),
})
