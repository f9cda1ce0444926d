import type { LlamaModel, Token } from 'node-llama-cpp'
import { InferenceError } from './error'

export type Message = { role: 'system' | 'user' | 'assistant'; content: string }

/**
 * Builds a ChatML prompt from token ids, ending with the start of the assistant's answer.
 *
 * The markers are the ids of the special tokens; the text between them is tokenized with special tokens off, so that
 * `<|im_end|>` typed by a person stays ordinary text.
 *
 * @throws InferenceError `bad_model` when the vocabulary lacks the two ChatML markers
 */
export function chatPrompt(model: LlamaModel, messages: Message[]): Token[] {
  const start = marker(model, '<|im_start|>')
  const end = marker(model, '<|im_end|>')
  const body = messages.flatMap(({ role, content }) => [
    start,
    ...plainTokens(model, `${role}\n`),
    ...plainTokens(model, content),
    end,
    ...plainTokens(model, '\n'),
  ])
  const opening = [start, ...plainTokens(model, 'assistant\n')]
  const { bos, shouldPrependBosToken } = model.tokens
  return shouldPrependBosToken && bos !== null ? [bos, ...body, ...opening] : [...body, ...opening]
}

/** Token ids of a text; names of special tokens in it are ordinary text. */
export function plainTokens(model: LlamaModel, text: string): Token[] {
  return model.tokenize(text, false)
}

function marker(model: LlamaModel, name: string): Token {
  const [token, ...rest] = model.tokenize(name, true)
  if (token === undefined || rest.length > 0 || !model.isSpecialToken(token))
    throw new InferenceError(
      'bad_model',
      `The model's vocabulary has no ${name}; it was not made for ChatML.`,
    )
  return token
}
