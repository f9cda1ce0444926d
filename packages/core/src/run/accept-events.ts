import type { SpooledEvent, TrainerEvent } from '@palate/protocol'

/** PostgreSQL's integer; a step beyond it is a trainer's mistake. */
const lastStep = 2_147_483_647

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
 * An event that PostgreSQL can store: without NUL characters and halves of surrogate pairs, which a byte-level model
 * may write. One event that the database refuses would hold up the spool behind it for ever.
 */
function storable(event: TrainerEvent): TrainerEvent {
  const clean = cleanStrings(event) as TrainerEvent
  return 'step' in clean ? { ...clean, step: Math.min(clean.step, lastStep) } : clean
}

function cleanStrings(value: unknown): unknown {
  if (typeof value === 'string') return cleanText(value)
  if (Array.isArray(value)) return value.map(cleanStrings)
  if (value === null || typeof value !== 'object') return value
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [cleanText(key), cleanStrings(item)]))
}

function cleanText(text: string): string {
  const whole = text.replaceAll('\u0000', '')
  return /[\ud800-\udfff]/.test(whole) ? Buffer.from(whole, 'utf8').toString('utf8') : whole
}
