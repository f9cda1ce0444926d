import {
  createEnrollmentCode,
  createProbe,
  listAgents,
  readGauges,
  requestRotation,
  revokeAgent,
  setAgentPrice,
} from '@palate/core'
import { AgentRef, SetAgentPriceInput } from '@palate/core/agent/schemas'
import { creates, router, workspaceProcedure } from '../trpc'

const read = workspaceProcedure('agent:read')
const write = workspaceProcedure('agent:write')

export const agentRouter = router({
  list: read.query(({ ctx }) => listAgents(ctx.service)),
  gauges: read.query(({ ctx }) => readGauges(ctx.service)),
  createEnrollmentCode: write.mutation(creates(createEnrollmentCode)),
  setPrice: workspaceProcedure('agent:price')
    .input(SetAgentPriceInput)
    .mutation(({ ctx, input }) => setAgentPrice(ctx.service, input)),
  probe: workspaceProcedure('run:create').input(AgentRef).mutation(creates(createProbe)),
  rotate: write.input(AgentRef).mutation(({ ctx, input }) => requestRotation(ctx.service, input)),
  revoke: write.input(AgentRef).mutation(({ ctx, input }) => revokeAgent(ctx.service, input)),
})
