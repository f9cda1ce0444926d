import type { ChatCompletionRequest, Sampling } from '@palate/protocol'

/** The most tokens that a model has room for. */
const maxTokensLimit = 4096
/** node-llama-cpp takes a seed of 32 bits; OpenAI's may be negative or longer. */
const seedRange = 2 ** 32
const leastTopP = 1e-6

/** What the parameters mean where they are left out or null: as at OpenAI, and for a persona's question as the models were evaluated. */
const openAiDefaults = { temperature: 1, topP: 1, maxTokens: maxTokensLimit }
const personaDefaults = { temperature: 0.7, topP: 0.95, maxTokens: 320 }

/** How the agent samples the answer. `top_p: 0` means the likeliest token only, as at OpenAI. */
export function samplingOf(request: ChatCompletionRequest): Sampling {
  const defaults = request.palate ? personaDefaults : openAiDefaults
  const { temperature, top_p, top_k, max_completion_tokens, max_tokens, seed } = request
  return {
    temperature: temperature ?? defaults.temperature,
    topP: Math.max(top_p ?? defaults.topP, leastTopP),
    maxTokens: Math.min(max_completion_tokens ?? max_tokens ?? defaults.maxTokens, maxTokensLimit),
    ...(top_k ? { topK: top_k } : {}),
    ...(seed == null ? {} : { seed: ((seed % seedRange) + seedRange) % seedRange }),
  }
}

/** The texts that end the answer. */
export function stopOf({ stop }: ChatCompletionRequest): string[] {
  return typeof stop === 'string' ? [stop] : (stop ?? [])
}
