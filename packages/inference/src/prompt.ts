import { Template } from '@huggingface/jinja'
import type { LlamaModel, Token } from 'node-llama-cpp'
import { InferenceError } from './error'

export type Message = { role: 'system' | 'user' | 'assistant'; content: string }
/** A message as a template gets it. */
type Turn = { role: string; content: string }

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

/**
 * Some templates write today's date. It is fixed, as in training: a model must read the same prompt tomorrow.
 * The date is the one that Llama 3's template takes where it knows none.
 */
const fixedDate = new Date(Date.UTC(2024, 6, 26))

/** A model's chat template. The trainer renders the same source with the same values. */
export class ChatTemplate {
  private readonly template: Template
  /** The template has no place for a system message, so that its text goes before the first request. */
  private readonly mergesSystem: boolean

  /** @throws InferenceError `bad_model` for a template that is no Jinja */
  constructor(
    source: string,
    private readonly tokens: { bos: string; eos: string },
  ) {
    try {
      // The renderer has a strftime_now of its own, and a second one of that name is refused.
      this.template = new Template(source.replaceAll('strftime_now', 'fixed_now'))
    } catch (error) {
      throw new InferenceError(
        'bad_model',
        `The chat template of the model cannot be read: ${reason(error)}.`,
      )
    }
    this.mergesSystem = !this.keeps('system', 'user', 'assistant') && this.keeps('user', 'assistant')
  }

  /**
   * The text of a conversation, with the start of the assistant's answer.
   *
   * @throws InferenceError `bad_request` where the template refuses the conversation, for example its roles
   */
  render(messages: readonly Turn[]): string {
    try {
      return this.write(this.prepare(messages), true)
    } catch (error) {
      throw new InferenceError(
        'bad_request',
        `The chat template of this model refuses the conversation: ${reason(error)}.`,
      )
    }
  }

  private write(messages: readonly Turn[], opening: boolean): string {
    return this.template.render({
      messages: messages.map(({ role, content }) => ({ role, content })),
      add_generation_prompt: opening,
      bos_token: this.tokens.bos,
      eos_token: this.tokens.eos,
      fixed_now: formatDate,
    })
  }

  /** Whether the text of each message comes back once. */
  private keeps(...roles: string[]): boolean {
    const marks = roles.map((_, index) => `\ue000${index}\ue001`)
    try {
      const text = this.write(
        roles.map((role, index) => ({ role, content: marks[index] ?? '' })),
        false,
      )
      return marks.every((mark) => text.split(mark).length === 2)
    } catch {
      return false
    }
  }

  /** As in training: a persona never vanishes. */
  private prepare(messages: readonly Turn[]): readonly Turn[] {
    const [first, second, ...rest] = messages
    if (!this.mergesSystem || first?.role !== 'system') return messages
    if (second?.role !== 'user')
      throw new Error('it has no place for a system message, and no request follows to put it before')
    return [{ role: 'user', content: `${first.content}\n\n${second.content}` }, ...rest]
  }
}

const months = [
  ...['January', 'February', 'March', 'April', 'May', 'June', 'July'],
  ...['August', 'September', 'October', 'November', 'December'],
]
const days = ['Sunday', 'Monday', 'Tuesday', 'Wednesday', 'Thursday', 'Friday', 'Saturday']
const two = (value: number) => String(value).padStart(2, '0')

/** The fixed date in the codes of strftime that templates use; any other code stays as it is. */
function formatDate(format: string): string {
  const month = months[fixedDate.getUTCMonth()] ?? ''
  const day = days[fixedDate.getUTCDay()] ?? ''
  const codes: Readonly<Record<string, string>> = {
    Y: String(fixedDate.getUTCFullYear()),
    ...{ m: two(fixedDate.getUTCMonth() + 1), d: two(fixedDate.getUTCDate()) },
    ...{ B: month, b: month.slice(0, 3), A: day, a: day.slice(0, 3) },
    ...{ H: '00', M: '00', S: '00' },
  }
  return format.replaceAll(/%([A-Za-z])/g, (whole, code: string) => codes[code] ?? whole)
}

const reason = (error: unknown) => (error instanceof Error ? error.message.replace(/\.$/, '') : String(error))
