import { type AgentContext, recordRunEvents, recordRunLines } from '@palate/core'
import { EventBatch, EventLines } from '@palate/protocol'
import type { Socket } from 'socket.io'
import { answer } from './answer'
import { Lanes } from './lanes'

/** Batches of events, in both forms, those of an attempt in the order in which they came. */
export function onRunEvents(socket: Socket, agent: AgentContext): void {
  const lanes = new Lanes()
  answer(socket, 'run-events', EventBatch, agent.log, (batch) =>
    lanes.run(batch.attemptId, (memory) => recordRunEvents(agent, batch, memory)),
  )
  answer(socket, 'run-lines', EventLines, agent.log, (batch) =>
    lanes.run(batch.attemptId, (memory) => recordRunLines(agent, batch, memory)),
  )
}
