import { type AgentContext, recordRunEvents, recordRunLines } from '@palate/core'
import { EventBatch, EventLines } from '@palate/protocol'
import type { Socket } from 'socket.io'
import { answer } from './answer'
import { AttemptQueues } from './attempt-queue'

/** Batches of events, in both forms, those of an attempt in the order in which they came. */
export function onRunEvents(socket: Socket, agent: AgentContext): void {
  const queues = new AttemptQueues()
  answer(socket, 'run-events', EventBatch, agent.log, (batch) =>
    queues.run(batch.attemptId, (memory) => recordRunEvents(agent, batch, memory)),
  )
  answer(socket, 'run-lines', EventLines, agent.log, (batch) =>
    queues.run(batch.attemptId, (memory) => recordRunLines(agent, batch, memory)),
  )
}
