import type { TrainerEvent } from '@palate/protocol'

const logChars = 16_000
const textChars = 100_000

/** Bounds what one event may weigh, so that a batch always fits into a message. */
export function clipEvent(event: TrainerEvent): TrainerEvent {
  switch (event.type) {
    case 'log':
      return { ...event, text: clip(event.text, logChars) }
    case 'sample':
      return { ...event, prompt: clip(event.prompt, textChars), text: clip(event.text, textChars) }
    case 'generation':
      return { ...event, text: clip(event.text, textChars) }
    case 'metric':
      return { ...event, values: finite(event.values) }
    default:
      return event
  }
}

const clip = (text: string, chars: number) => (text.length > chars ? `${text.slice(0, chars)} […]` : text)

function finite(values: Record<string, number>): Record<string, number> {
  return Object.fromEntries(Object.entries(values).filter(([, value]) => Number.isFinite(value)))
}
