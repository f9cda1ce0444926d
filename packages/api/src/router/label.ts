import { applyRules, castVote, getLabelSummary, nextPairs, skipPair, undoVote } from '@palate/core'
import { ApplyRulesInput, NextPairsInput, PairRef, VoteInput } from '@palate/core/label/schemas'
import { router, workspaceProcedure } from '../trpc'

const judge = workspaceProcedure('label:create')

export const labelRouter = router({
  summary: workspaceProcedure('label:read').query(({ ctx }) => getLabelSummary(ctx.service)),
  // It claims, so it is no query: nothing may fetch it ahead or again by itself.
  next: judge.input(NextPairsInput).mutation(({ ctx, input }) => nextPairs(ctx.service, input)),
  vote: judge.input(VoteInput).mutation(({ ctx, input }) => castVote(ctx.service, input)),
  skip: judge.input(PairRef).mutation(({ ctx, input }) => skipPair(ctx.service, input)),
  undo: judge.mutation(({ ctx }) => undoVote(ctx.service)),
  applyRules: workspaceProcedure('label:rule')
    .input(ApplyRulesInput)
    .mutation(({ ctx, input }) => applyRules(ctx.service, input)),
})
