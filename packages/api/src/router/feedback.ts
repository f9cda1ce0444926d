import { listFeedback } from '@palate/core'
import { ListFeedbackInput } from '@palate/core/chat/schemas'
import { router, workspaceProcedure } from '../trpc'

export const feedbackRouter = router({
  list: workspaceProcedure('label:read')
    .input(ListFeedbackInput)
    .query(({ ctx, input }) => listFeedback(ctx.service, input)),
})
