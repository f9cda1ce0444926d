import { type AgentContext, rotateCredential } from '@palate/core'
import type { Socket } from 'socket.io'
import { z } from 'zod'
import { answer } from './answer'

export function onRotateCredential(socket: Socket, agent: AgentContext): void {
  answer(socket, 'rotate-credential', z.unknown(), agent.log, () => rotateCredential(agent))
}
