import type { SpooledEvent, TrainerEvent } from '@palate/protocol'
import { cleanText } from '../../clean-text'

/** The largest integer of PostgreSQL; a larger step is an error of the trainer. */
const lastPosition = 2_147_483_647

/**
 * What of a batch is new: the events right after the watermark, in order, without a gap, up to the end of the run.
 * What was recorded before is left out, so a replay or an overlap changes nothing.
 */
export function acceptEvents(events: readonly SpooledEvent[], ackedSeq: number): SpooledEvent[] {
  const accepted: SpooledEvent[] = []
  let next = ackedSeq + 1
  for (const spooled of [...events].sort((a, b) => a.seq - b.seq)) {
    if (spooled.seq < next) continue
    if (spooled.seq > next) break
    accepted.push({ ...spooled, event: storable(spooled.event) })
    next += 1
    if (spooled.event.type === 'run-end') break
  }
  return accepted
}

/**
 * An event that PostgreSQL can store: one that the database refuses would block the rest of the spool. Metric names are
 * cleaned when their series are created.
 */
function storable(event: TrainerEvent): TrainerEvent {
  if (event.type === 'metric')
    return event.position <= lastPosition ? event : { ...event, position: lastPosition }
  const clean = cleanStrings(event) as TrainerEvent
  return 'step' in clean ? { ...clean, step: Math.min(clean.step, lastPosition) } : clean
}

function cleanStrings(value: unknown): unknown {
  if (typeof value === 'string') return cleanText(value)
  if (Array.isArray(value)) return value.map(cleanStrings)
  if (value === null || typeof value !== 'object') return value
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [cleanText(key), cleanStrings(item)]))
}
