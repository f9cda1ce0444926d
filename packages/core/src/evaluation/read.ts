import type { ServiceContext } from '../context'
import { required } from '../error'
import { authorize } from '../permission'
import { EvaluationRef } from './schemas'
import { type EvaluationView, readEvaluations } from './view'

/** All evaluations, newest first. */
export async function listEvaluations(ctx: ServiceContext): Promise<EvaluationView[]> {
  authorize(ctx, 'evaluation:read')
  return readEvaluations(ctx.db, ctx.workspaceId)
}

/** @throws DomainError `not_found` */
export async function getEvaluation(ctx: ServiceContext, input: EvaluationRef): Promise<EvaluationView> {
  authorize(ctx, 'evaluation:read')
  const { id } = EvaluationRef.parse(input)
  const [view] = await readEvaluations(ctx.db, ctx.workspaceId, id)
  return required(view, 'This evaluation')
}
