import { type AgentContext, claimRun } from '@palate/core'
import { LeaseRequest } from '@palate/protocol'
import type { Socket } from 'socket.io'
import { answer } from './answer'

export function onLeaseRequest(socket: Socket, agent: AgentContext): void {
  answer(socket, 'lease-request', LeaseRequest, agent.log, (request) => claimRun(agent, request))
}
