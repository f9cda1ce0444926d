import { createEnrolmentCode, listAgents, revokeAgent, setAgentPrice } from '@palate/core'
import { AgentRef, SetAgentPriceInput } from '@palate/core/agent/schemas'
import { router, workspaceProcedure } from '../trpc'

const write = workspaceProcedure('agent:write')

export const agentRouter = router({
  list: workspaceProcedure('agent:read').query(({ ctx }) => listAgents(ctx.service)),
  createEnrolmentCode: write.mutation(({ ctx }) => createEnrolmentCode(ctx.service)),
  setPrice: workspaceProcedure('agent:price')
    .input(SetAgentPriceInput)
    .mutation(({ ctx, input }) => setAgentPrice(ctx.service, input)),
  revoke: write.input(AgentRef).mutation(({ ctx, input }) => revokeAgent(ctx.service, input)),
})
