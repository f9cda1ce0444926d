import type { ChatEvent } from './stream'

export type Thumb = 'up' | 'down'
export type Sampling = { temperature: number; topP: number; maxTokens: number }

export type Turn = {
  key: string
  persona: string
  inventory: readonly string[]
  request: string
  text: string
  sampling: Sampling
  status: 'writing' | 'done' | 'cut' | 'stopped' | 'failed'
  error: string | null
  /** The id of the stored answer, when the server has sent it. */
  turnId: string | null
  thumb: Thumb | null
}

export type Ask = Pick<Turn, 'key' | 'persona' | 'inventory' | 'request' | 'sampling'>

export type Action =
  | { type: 'clear' }
  | { type: 'ask'; ask: Ask }
  | { type: 'event'; key: string; event: ChatEvent }
  | { type: 'stop'; key: string }
  | { type: 'fail'; key: string; error: string }
  | { type: 'close'; key: string }
  | { type: 'thumb'; key: string; thumb: Thumb | null }

/** The conversation after an action. A turn that has ended does not change, except for its thumb. */
export function turnsAfter(turns: readonly Turn[], action: Action): readonly Turn[] {
  if (action.type === 'ask') {
    return [...turns, { ...action.ask, text: '', status: 'writing', error: null, turnId: null, thumb: null }]
  }
  if (action.type === 'clear') return []
  return turns.map((turn) => (turn.key === action.key ? turnAfter(turn, action) : turn))
}

function turnAfter(turn: Turn, action: Exclude<Action, { type: 'ask' | 'clear' }>): Turn {
  if (action.type === 'thumb') return { ...turn, thumb: action.thumb }
  if (turn.status !== 'writing') return turn
  switch (action.type) {
    case 'stop':
      return { ...turn, status: 'stopped' }
    case 'fail':
      return { ...turn, status: 'failed', error: action.error }
    case 'close':
      return { ...turn, status: 'done' }
    case 'event':
      return withEvent(turn, action.event)
  }
}

function withEvent(turn: Turn, event: ChatEvent): Turn {
  switch (event.type) {
    case 'turn':
      return { ...turn, turnId: event.turnId }
    case 'text':
      return { ...turn, text: turn.text + event.text }
    case 'end':
      return { ...turn, status: event.reason === 'length' ? 'cut' : 'done' }
  }
}
