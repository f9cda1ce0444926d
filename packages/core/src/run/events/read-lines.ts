import { type EventBatch, EventLines, eventBatchLimit, SpooledEvent } from '@palate/protocol'
import { DomainError } from '../../error'

/**
 * A batch that came as the spool's own lines. Metrics are checked by hand, because they are nearly all that comes and
 * a schema costs more than storing them; everything else by its schema.
 *
 * @throws DomainError `invalid` when it is not JSON, a line each; ZodError when it is no event
 */
export function readLines(raw: unknown): EventBatch {
  const { lines, ...attempt } = EventLines.parse(raw)
  const text = Buffer.from(lines.buffer, lines.byteOffset, lines.byteLength).toString('utf8').trimEnd()
  const values = parseLines(text)
  if (values.length === 0 || values.length > eventBatchLimit)
    throw new DomainError(
      'invalid',
      `A batch has 1 to ${eventBatchLimit} events; this one has ${values.length}.`,
    )
  return {
    ...attempt,
    events: values.map((value) => (isPlainMetric(value) ? value : SpooledEvent.parse(value))),
  }
}

/** A line end inside of a JSON text is always escaped, so between two values there is nothing else. */
function parseLines(text: string): unknown[] {
  try {
    return JSON.parse(`[${text.replaceAll('\n', ',')}]`) as unknown[]
  } catch {
    throw new DomainError('invalid', 'The batch is not JSON, a line each.', 'Update the agent.')
  }
}

/** Exactly what the schema says of a spooled metric: numbers are finite (JSON has no NaN, but 1e999 is read as infinite). */
function isPlainMetric(value: unknown): value is SpooledEvent {
  if (!isRecord(value) || !isCount(value.seq) || value.seq === 0 || !Number.isFinite(value.at)) return false
  const { event } = value
  if (!isRecord(event) || event.type !== 'metric' || !isCount(event.step)) return false
  if (!Number.isFinite(event.time) || !isRecord(event.values)) return false
  for (const name in event.values) if (name.length > 200 || !Number.isFinite(event.values[name])) return false
  return true
}

const isRecord = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value)

const isCount = (value: unknown): value is number => Number.isSafeInteger(value) && (value as number) >= 0
