import { Template } from '@huggingface/jinja'
import { InferenceError } from './error'

/** A conversation as a template gets it. */
type Turn = { role: string; content: string }

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
