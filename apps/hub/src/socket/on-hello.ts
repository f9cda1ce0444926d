import { type AgentContext, helloAgent } from '@palate/core'
import type { Socket } from 'socket.io'
import { z } from 'zod'
import type { Relay } from '../chat/relay'
import { answer } from './answer'

/** What an agent may use that hubs before this one did not know. */
const features = ['run-lines']

/**
 * `hello`: from here on the agent counts as connected to this hub. What is in it is read only once its protocol is
 * known to be ours, so that an agent of another age hears that and no fault in its words.
 */
export function onHello(socket: Socket, agent: AgentContext, relay: Relay): void {
  answer(socket, 'hello', z.looseObject({ serving: z.unknown().optional() }), agent.log, async (hello) => {
    const at = agent.now()
    const reply = await helloAgent({ ...agent, now: () => at }, hello)
    socket.data.helloAt = at
    if (socket.connected) {
      relay.join(socket, agent, hello.serving === true)
      // Its older socket may be another hub's, which has not noticed yet that the line is gone.
      await socket.join(agent.agentId)
      socket.nsp.in(agent.agentId).except(socket.id).disconnectSockets(true)
    }
    return { ...reply, features }
  })
}
