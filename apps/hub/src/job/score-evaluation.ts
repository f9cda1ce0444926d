import {
  failEvaluation,
  findEvaluationWork,
  type JobPayloads,
  scoreEvaluation,
  systemContext,
} from '@palate/core'
import type { JobKind } from './kind'

type Payload = JobPayloads['score-evaluation']

/** Scores the answers of an evaluation by its personas' rules. */
export const scoreEvaluationJob: JobKind<Payload> = {
  async run({ deps }, { evaluationId }) {
    const work = await findEvaluationWork(deps, evaluationId)
    if (!work) return
    await scoreEvaluation(systemContext(deps, work.workspaceId, 'score-evaluation'), { evaluationId })
  },
  async giveUp({ deps }, { evaluationId }, sentence) {
    const work = await findEvaluationWork(deps, evaluationId)
    if (!work) return
    const ctx = systemContext(deps, work.workspaceId, 'score-evaluation')
    await failEvaluation(ctx, { evaluationId, error: sentence })
  },
}
