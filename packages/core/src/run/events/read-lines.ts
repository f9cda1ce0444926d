import { type Lease, maxChunkEvents, RunLines, SpooledEvent, type TrainerEvent } from '@palate/protocol'
import { cleanText } from '../../clean-text'
import { DomainError } from '../../error'

/** Events of one attempt, parsed. */
export type EventChunk = Pick<Lease, 'runId' | 'attemptId' | 'epoch'> & { events: SpooledEvent[] }

/**
 * Parses a chunk of the spool's lines. Metrics, by far the most frequent events, are checked by hand, because a schema
 * costs more than storing them; all other events are parsed by their schema.
 *
 * @throws DomainError `invalid` when it is not one JSON object per line; ZodError when a value is not an event
 */
export function readLines(raw: unknown): EventChunk {
  const { lines, ...attempt } = RunLines.parse(raw)
  const text = Buffer.from(lines.buffer, lines.byteOffset, lines.byteLength).toString('utf8').trimEnd()
  const values = parseLines(text)
  if (values.length === 0 || values.length > maxChunkEvents)
    throw new DomainError(
      'invalid',
      `A chunk has 1 to ${maxChunkEvents} events; this one has ${values.length}.`,
    )
  return {
    ...attempt,
    events: values.map((value) => (isPlainMetric(value) ? value : SpooledEvent.parse(value))),
  }
}

/** A line end within JSON text is always escaped, so an unescaped one separates two values. */
function parseLines(text: string): unknown[] {
  try {
    return JSON.parse(`[${text.replaceAll('\n', ',')}]`) as unknown[]
  } catch {
    throw new DomainError('invalid', 'The chunk is not one JSON object per line.', 'Update the agent.')
  }
}

/** Checks what the schema of a spooled metric checks. Numbers are finite (JSON has no NaN, but 1e999 is read as infinity). */
function isPlainMetric(value: unknown): value is SpooledEvent {
  if (!isRecord(value) || !isCount(value.seq) || value.seq === 0 || !Number.isFinite(value.at)) return false
  const { event } = value
  if (!isRecord(event) || event.type !== 'metric' || !isCount(event.position)) return false
  if (event.axis !== 'step' && event.axis !== 'seconds') return false
  if (!Number.isFinite(event.time) || !isRecord(event.values)) return false
  for (const name in event.values) if (name.length > 200 || !Number.isFinite(event.values[name])) return false
  return true
}

const isRecord = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value)

const isCount = (value: unknown): value is number => Number.isSafeInteger(value) && (value as number) >= 0

/** The largest integer of PostgreSQL; a larger step is an error of the trainer. */
const lastPosition = 2_147_483_647

/**
 * The new events of a chunk: those right after the watermark, sorted, without a gap, up to the end of the run. Events
 * that are recorded already are left out, so a replay or an overlap changes nothing.
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
