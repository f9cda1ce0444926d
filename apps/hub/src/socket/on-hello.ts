import { type AgentContext, helloAgent } from '@palate/core'
import { AgentHello } from '@palate/protocol'
import type { Socket } from 'socket.io'
import type { Relay } from '../chat/relay'
import { answer } from './answer'

/** `hello`: from here on the agent counts as connected to this hub. */
export function onHello(socket: Socket, agent: AgentContext, relay: Relay): void {
  answer(socket, 'hello', AgentHello, agent.log, async (hello) => {
    const reply = await helloAgent(agent, hello)
    if (socket.connected) relay.join(socket, agent, hello.serving)
    return reply
  })
}
