import { type AgentContext, recordRunEvents } from '@palate/core'
import { EventBatch } from '@palate/protocol'
import type { Socket } from 'socket.io'
import { answer } from './answer'

export function onRunEvents(socket: Socket, agent: AgentContext): void {
  answer(socket, 'run-events', EventBatch, agent.log, (batch) => recordRunEvents(agent, batch))
}
