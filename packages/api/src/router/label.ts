import { applyRules, castVote, getLabelSummary, nextPairs, skipPair, undoLast, undoRules } from '@palate/core'
import {
  ApplyRulesInput,
  LabelSummaryInput,
  NextPairsInput,
  PairRef,
  UndoRulesInput,
  VoteInput,
} from '@palate/core/label/schemas'
import { router, workspaceProcedure } from '../trpc'

const label = workspaceProcedure('label:create')

export const labelRouter = router({
  summary: workspaceProcedure('label:read')
    .input(LabelSummaryInput.optional())
    .query(({ ctx, input }) => getLabelSummary(ctx.service, input)),
  // It claims pairs, so it is not a query, which could be prefetched or repeated.
  next: label.input(NextPairsInput).mutation(({ ctx, input }) => nextPairs(ctx.service, input)),
  vote: label.input(VoteInput).mutation(({ ctx, input }) => castVote(ctx.service, input)),
  skip: label.input(PairRef).mutation(({ ctx, input }) => skipPair(ctx.service, input)),
  undo: label.mutation(({ ctx }) => undoLast(ctx.service)),
  applyRules: workspaceProcedure('label:rule')
    .input(ApplyRulesInput)
    .mutation(({ ctx, input }) => applyRules(ctx.service, input)),
  undoRules: workspaceProcedure('label:rule')
    .input(UndoRulesInput)
    .mutation(({ ctx, input }) => undoRules(ctx.service, input)),
})
