import { type AgentContext, renewLease } from '@palate/core'
import { LeaseRenewal } from '@palate/protocol'
import type { Socket } from 'socket.io'
import { answer } from './answer'

export function onLeaseRenewal(socket: Socket, agent: AgentContext): void {
  answer(socket, 'lease-renewal', LeaseRenewal, agent.log, (renewal) => renewLease(agent, renewal))
}
