import type { RunLinesReply } from '@palate/protocol'
import type { AgentContext } from '../context'
import type { AttemptMemory } from '../run/events/attempt-memory'
import type { EventChunk } from '../run/events/read-lines'
import { recordRunLines } from '../run/record-events'

/** A chunk of events as an agent sends it: as the lines of its spool. */
export function toRunLines({ events, ...attempt }: EventChunk) {
  return { ...attempt, lines: Buffer.from(events.map((event) => `${JSON.stringify(event)}\n`).join('')) }
}

/** Records events of an attempt the way its agent delivers them. */
export function recordEvents(
  ctx: AgentContext,
  chunk: EventChunk,
  memory?: AttemptMemory,
): Promise<RunLinesReply> {
  return recordRunLines(ctx, toRunLines(chunk), memory)
}
