import * as z from 'zod/mini'
import type { Turn } from './turns'

/** How much of a conversation a browser keeps: the newest turns. */
const maxTurns = 20
const maxCharacters = 200_000

const KeptTurn = z.object({
  key: z.string(),
  persona: z.string(),
  inventory: z.array(z.string()),
  request: z.string(),
  text: z.string(),
  sampling: z.object({ temperature: z.number(), topP: z.number(), maxTokens: z.number() }),
  status: z.enum(['writing', 'done', 'cut', 'stopped', 'failed']),
  error: z.nullable(z.string()),
  turnId: z.nullable(z.string()),
  thumb: z.nullable(z.enum(['up', 'down'])),
})

type Store = Pick<Storage, 'getItem' | 'setItem' | 'removeItem'>

const nameOf = (slug: string) => `palate-chat:${slug}`

/** Keeps the newest turns of a conversation in this browser; none removes it. A full or blocked storage keeps nothing. */
export function keepTurns(store: Store, slug: string, turns: readonly Turn[]): void {
  const kept = turns.slice(-maxTurns)
  while (kept.length > 0 && JSON.stringify(kept).length > maxCharacters) kept.shift()
  try {
    if (kept.length === 0) store.removeItem(nameOf(slug))
    else store.setItem(nameOf(slug), JSON.stringify(kept))
  } catch {
    // The conversation works without it; a reload starts a new one.
  }
}

/** The kept turns. An answer that was still being written has ended with the page. */
export function readTurns(store: Store, slug: string): Turn[] {
  try {
    return z
      .array(KeptTurn)
      .parse(JSON.parse(store.getItem(nameOf(slug)) ?? '[]'))
      .map((turn) => (turn.status === 'writing' ? { ...turn, ...closed } : turn))
  } catch {
    return []
  }
}

const closed = {
  status: 'failed',
  error: 'The page was closed before the answer was complete. Ask again.',
} as const
