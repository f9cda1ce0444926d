import type { LlamaModel, Token } from 'node-llama-cpp'
import { ChatTemplate, type Message, type Segment } from './chat-template'
import { InferenceError } from './error'

export type { Message } from './chat-template'

/** A token that only a template may write. Some take the white space beside them with them. */
type Special = { token: Token; takesBefore: boolean; takesAfter: boolean }

/**
 * How a model reads a conversation: its own template, rendered and tokenized as `apply_chat_template` of transformers
 * does it. The names of special tokens in a person's text stay ordinary text.
 */
export class PromptEncoder {
  private readonly template: ChatTemplate
  private readonly special: ReadonlyMap<string, Special>
  private readonly anySpecial: RegExp | null

  /** @throws InferenceError `bad_model` for a model without a template that can be read */
  constructor(
    private readonly model: LlamaModel,
    source = model.fileInfo.metadata.tokenizer?.chat_template,
  ) {
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
  encode(messages: readonly Message[]): Token[] {
    const segments = this.template.segments(messages)
    const text = segments.map((segment) => segment.text).join('')
    return this.isClean(segments, text)
      ? this.model.tokenize(compose(this.model, text), true)
      : this.encodeApart(segments)
  }

  /** Whether each name of a special token in the text was written by the template alone. */
  private isClean(segments: readonly Segment[], text: string): boolean {
    if (!this.anySpecial) return true
    const written = segments
      .filter(({ typed }) => !typed)
      .map((segment) => count(segment.text, this.anySpecial))
    return count(text, this.anySpecial) === written.reduce((sum, one) => sum + one, 0)
  }

  /** Special tokens by their ids, and all text between two of them without special tokens. */
  private encodeApart(segments: readonly Segment[]): Token[] {
    const tokens: Token[] = []
    let text = ''
    let previous: Special | null = null
    const endText = (next: Special | null) => {
      if (previous?.takesAfter) text = text.trimStart()
      if (next?.takesBefore) text = text.trimEnd()
      tokens.push(...plainTokens(this.model, text), ...(next ? [next.token] : []))
      text = ''
      previous = next
    }
    for (const segment of segments)
      for (const part of segment.typed ? [segment.text] : this.split(segment.text)) {
        const special = segment.typed ? undefined : this.special.get(part)
        if (special) endText(special)
        else text += part
      }
    endText(null)
    return tokens
  }

  /** A template's text, cut at each special token. */
  private split(text: string): string[] {
    return this.anySpecial ? text.split(new RegExp(`(${this.anySpecial.source})`, 'u')) : [text]
  }
}

/** Token ids of a text; names of special tokens in it are ordinary text. */
export function plainTokens(model: LlamaModel, text: string): Token[] {
  return model.tokenize(compose(model, text), false)
}

const composing = ['qwen2']

/** Some tokenizers of transformers make one character of a letter and its marks; llama.cpp leaves that to its caller. */
function compose(model: LlamaModel, text: string): string {
  const { pre } = model.fileInfo.metadata.tokenizer?.ggml ?? {}
  return composing.includes(String(pre)) ? text.normalize('NFC') : text
}

/** Those that llama.cpp reads in a text only where it is asked to. */
function specialTokens(model: LlamaModel): Map<string, Special> {
  const special = new Map<string, Special>()
  for (const token of model.iterateAllTokens()) {
    const { control, unknown, lstrip, rstrip } = model.getTokenAttributes(token)
    const name = control || unknown ? model.detokenize([token], true) : ''
    if (name) special.set(name, { token, takesBefore: lstrip, takesAfter: rstrip })
  }
  return special
}

function matchAny(names: readonly string[]): RegExp | null {
  if (names.length === 0) return null
  const longestFirst = [...names].sort((a, b) => b.length - a.length)
  return new RegExp(longestFirst.map(escapeRegExp).join('|'), 'gu')
}

const count = (text: string, pattern: RegExp | null) => (pattern ? [...text.matchAll(pattern)].length : 0)
const escapeRegExp = (text: string) => text.replaceAll(/[\\^$.*+?()[\]{}|/]/g, '\\$&')
