import type { ServeEnd } from '@palate/protocol'
import type { Turn } from './open-turn'

/** A chunk of a streamed completion, as OpenAI's API reference has it (`chat.completion.chunk`). */
export function toChunk(
  { id, model, createdSeconds }: Turn,
  delta: { role?: 'assistant'; content?: string },
  finishReason: 'stop' | 'length' | null = null,
) {
  const choices = [{ index: 0, delta, finish_reason: finishReason }]
  return { id, object: 'chat.completion.chunk', created: createdSeconds, model, choices }
}

/** OpenAI knows no "canceled": whoever stopped an answer is not there to read it. */
export function toFinishReason({ finishReason }: ServeEnd): 'stop' | 'length' {
  return finishReason === 'length' ? 'length' : 'stop'
}

export function toUsage({ promptTokens, completionTokens }: ServeEnd) {
  return {
    prompt_tokens: promptTokens,
    completion_tokens: completionTokens,
    total_tokens: promptTokens + completionTokens,
  }
}
