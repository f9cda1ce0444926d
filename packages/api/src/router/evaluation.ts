import { createEvaluation, getEvaluation, listAnswers, listEvaluations } from '@palate/core'
import { CreateEvaluationInput, EvaluationRef, ListAnswersInput } from '@palate/core/evaluation/schemas'
import { creates, router, workspaceProcedure } from '../trpc'

const read = workspaceProcedure('evaluation:read')

export const evaluationRouter = router({
  list: read.query(({ ctx }) => listEvaluations(ctx.service)),
  get: read.input(EvaluationRef).query(({ ctx, input }) => getEvaluation(ctx.service, input)),
  answers: read.input(ListAnswersInput).query(({ ctx, input }) => listAnswers(ctx.service, input)),
  create: workspaceProcedure('evaluation:create')
    .input(CreateEvaluationInput)
    .mutation(creates(createEvaluation)),
})
