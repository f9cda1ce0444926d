import { type AgentContext, drainAgent } from '@palate/core'
import { DrainNotice } from '@palate/protocol'
import type { Socket } from 'socket.io'
import { answer } from './answer'

export function onDrain(socket: Socket, agent: AgentContext): void {
  answer(socket, 'drain', DrainNotice, agent.log, async (notice) => {
    await drainAgent(agent, notice)
    return null
  })
}
