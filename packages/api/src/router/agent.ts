import { createEnrolmentCode, listAgents, revokeAgent } from '@palate/core'
import { AgentRef } from '@palate/core/agent/schemas'
import { router, workspaceProcedure } from '../trpc'

const write = workspaceProcedure('agent:write')

export const agentRouter = router({
  list: workspaceProcedure('agent:read').query(({ ctx }) => listAgents(ctx.service)),
  createEnrolmentCode: write.mutation(({ ctx }) => createEnrolmentCode(ctx.service)),
  revoke: write.input(AgentRef).mutation(({ ctx, input }) => revokeAgent(ctx.service, input)),
})
