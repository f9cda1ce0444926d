import type { LlamaModel, Token } from 'node-llama-cpp'
import { InferenceError } from './error'
import { ChatTemplate } from './template'

export type Message = { role: 'system' | 'user' | 'assistant'; content: string }

/**
 * How a model reads a conversation: its own template, rendered and tokenized as `apply_chat_template` of transformers
 * does it. The names of special tokens in a person's text stay ordinary text.
 */
export class PromptEncoder {
  private readonly template: ChatTemplate
  /** Tokens that only a template may write, by their text. */
  private readonly special: ReadonlyMap<string, Token>
  private readonly anySpecial: RegExp | null

  /** @throws InferenceError `bad_model` for a model without a template that can be read */
  constructor(private readonly model: LlamaModel) {
    const source = model.fileInfo.metadata.tokenizer?.chat_template
    if (!source)
      throw new InferenceError(
        'bad_model',
        'The model has no chat template, so it cannot read a conversation. Choose an instruct model.',
      )
    const { bosString, eosString } = model.tokens
    this.template = new ChatTemplate(source, { bos: bosString ?? '', eos: eosString ?? '' })
    this.special = specialTokens(model)
    this.anySpecial = matchAny([...this.special.keys()])
  }

  /**
   * A conversation as token ids, with the start of the assistant's answer.
   *
   * @throws InferenceError `bad_request` for a conversation that the template refuses
   */
  encode(messages: Message[]): Token[] {
    const { anySpecial, model } = this
    if (!anySpecial || !messages.some(({ content }) => content.search(anySpecial) >= 0))
      return model.tokenize(this.template.render(messages), true)
    const mark = unusedCharacter(messages)
    const marked = messages.map(({ role, content }) => ({
      role,
      content: content.replaceAll(new RegExp(anySpecial, 'gu'), (name) => breakUp(name, mark)),
    }))
    return this.encodeMarked(this.template.render(marked), anySpecial, mark)
  }

  /** Only the names that the template wrote are whole: those in a person's text have a mark in them. */
  private encodeMarked(text: string, anySpecial: RegExp, mark: string): Token[] {
    const tokens: Token[] = []
    let end = 0
    for (const match of text.matchAll(new RegExp(anySpecial, 'gu'))) {
      tokens.push(...plainTokens(this.model, text.slice(end, match.index).replaceAll(mark, '')))
      const token = this.special.get(match[0])
      if (token !== undefined) tokens.push(token)
      end = match.index + match[0].length
    }
    return [...tokens, ...plainTokens(this.model, text.slice(end).replaceAll(mark, ''))]
  }
}

/** Token ids of a text; names of special tokens in it are ordinary text. */
export function plainTokens(model: LlamaModel, text: string): Token[] {
  return model.tokenize(text, false)
}

/** Those that llama.cpp reads in a text only where it is asked to. */
function specialTokens(model: LlamaModel): Map<string, Token> {
  const special = new Map<string, Token>()
  for (const token of model.iterateAllTokens()) {
    const { control, unknown } = model.getTokenAttributes(token)
    const name = control || unknown ? model.detokenize([token], true) : ''
    if (name) special.set(name, token)
  }
  return special
}

function matchAny(names: readonly string[]): RegExp | null {
  if (names.length === 0) return null
  const longestFirst = [...names].sort((a, b) => b.length - a.length)
  return new RegExp(longestFirst.map(escapeRegExp).join('|'), 'u')
}

const escapeRegExp = (text: string) => text.replaceAll(/[\\^$.*+?()[\]{}|/]/g, '\\$&')

const firstPrivate = 0xe000
const lastPrivate = 0xf8ff

/** A character of private use that is in no message. */
function unusedCharacter(messages: readonly Message[]): string {
  for (let code = firstPrivate; code <= lastPrivate; code += 1) {
    const mark = String.fromCharCode(code)
    if (!messages.some(({ content }) => content.includes(mark))) return mark
  }
  throw new InferenceError('bad_request', 'A message has every character of private use in it. Shorten it.')
}

/** A mark after each character, so that no name within a name is left whole. */
const breakUp = (name: string, mark: string) => [...name].join(mark)
