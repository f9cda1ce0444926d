import { Template } from '@huggingface/jinja'
import { InferenceError } from './error'
import { formatFixedDate } from './fixed-date'
import { adaptToPython, pythonFormat } from './python-jinja'

export type Message = { role: 'system' | 'user' | 'assistant'; content: string }
/** A part of a prompt: what the template writes, or what a person wrote. */
export type Segment = { text: string; typed: boolean }
/** What a template writes around the messages: one text more than there are messages, and in which order these come. */
type Frame = { texts: string[]; order: number[] }

const keptFrames = 64
const endOfThought = '</think>'

/**
 * A model's chat template: rendered as a whole, and which parts of the text are the template's and which a person's.
 * The trainer does the same, in gpu-agent/trainer/model/chat_template.py.
 */
export class ChatTemplate {
  private readonly template: Template
  private readonly frames = new Map<string, Frame>()
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
      adaptToPython(this.template.parsed)
    } catch (error) {
      throw new InferenceError(
        'bad_model',
        `The chat template of the model cannot be read: ${reason(error)}.`,
      )
    }
    const keeps = (...roles: string[]) => this.keeps(roles)
    this.mergesSystem = !keeps('system', 'user', 'assistant') && keeps('user', 'assistant')
  }

  /**
   * The text of a conversation in its parts, with the start of the assistant's answer.
   *
   * @throws InferenceError `bad_request` where the template refuses the conversation, or leaves out or changes a message
   */
  segments(messages: readonly Message[]): Segment[] {
    try {
      return this.fill(this.prepare(messages))
    } catch (error) {
      throw new InferenceError(
        'bad_request',
        `The chat template of this model refuses the conversation: ${reason(error)}.`,
      )
    }
  }

  private write(messages: readonly { role: string; content: string }[], opening: boolean): string {
    return this.template.render({
      messages: messages.map(({ role, content }) => ({ role, content })),
      add_generation_prompt: opening,
      bos_token: this.tokens.bos,
      eos_token: this.tokens.eos,
      fixed_now: formatFixedDate,
      python_format: pythonFormat,
      // As apply_chat_template of transformers: none, which is not the same as undefined.
      tools: null,
      documents: null,
    })
  }

  private keeps(roles: readonly string[]): boolean {
    try {
      return this.frame(roles, false).order.length === roles.length
    } catch {
      return false
    }
  }

  private frame(roles: readonly string[], opening: boolean): Frame {
    const key = `${opening} ${roles.join(' ')}`
    const known = this.frames.get(key)
    if (known) return known
    const holes = roles.map((role, index) => ({ role, content: `\ue000${index}\ue001` }))
    const parts = this.write(holes, opening).split(/\ue000(\d+)\ue001/)
    const frame = {
      texts: parts.filter((_, index) => index % 2 === 0),
      order: parts.filter((_, index) => index % 2 === 1).map(Number),
    }
    for (const [index, role] of roles.entries()) {
      const times = frame.order.filter((number) => number === index).length
      if (times !== 1)
        throw new Error(`it ${times ? 'repeats' : 'leaves out'} message ${index + 1}, of the role ${role}`)
    }
    if (this.frames.size >= keptFrames) this.frames.clear()
    this.frames.set(key, frame)
    return frame
  }

  /** As in training: a persona never vanishes. */
  private prepare(messages: readonly Message[]): readonly Message[] {
    const [first, second, ...rest] = messages
    if (!first) throw new Error('it has no message')
    if (!this.mergesSystem || first.role !== 'system') return messages
    if (second?.role !== 'user')
      throw new Error('it has no place for a system message, and no request follows to put it before')
    return [{ role: 'user', content: `${first.content}\n\n${second.content}` }, ...rest]
  }

  private fill(messages: readonly Message[]): Segment[] {
    const frame = this.frame(
      messages.map(({ role }) => role),
      true,
    )
    const texts = findTexts(this.write(messages, true), frame, messages)
    return frame.texts.flatMap((text, index) => [
      { text, typed: false },
      ...(index < texts.length ? [{ text: texts[index] ?? '', typed: true }] : []),
    ])
  }
}

/**
 * The messages' texts in what was rendered, in the frame's order, where the template trims them or leaves out a thought.
 *
 * @throws Error for one that it changes otherwise
 */
function findTexts(rendered: string, { texts, order }: Frame, messages: readonly Message[]): string[] {
  let at = texts[0]?.length ?? 0
  const isKnown = rendered.startsWith(texts[0] ?? '')
  return order.map((number, index) => {
    const message = messages[number]
    const after = texts[index + 1] ?? ''
    const isLast = index + 1 === order.length
    const shape =
      message && isKnown
        ? shapesOf(message).find(
            (text) =>
              rendered.startsWith(text + after, at) &&
              (!isLast || at + text.length + after.length === rendered.length),
          )
        : undefined
    if (shape === undefined)
      throw new Error(
        `it changes the text of message ${number + 1}, of the role ${message?.role}: take out what it reads as its own, such as thoughts or names of tools`,
      )
    at += shape.length + after.length
    return shape
  })
}

/** A text as it is, or trimmed in one of the ways that templates trim. */
function shapesOf({ role, content }: Message): string[] {
  const lines = [
    trimLines(content, true, false),
    trimLines(content, false, true),
    trimLines(content, true, true),
  ]
  const shapes = [content, content.trimStart(), content.trimEnd(), content.trim(), ...lines]
  if (role !== 'assistant' || !content.includes(endOfThought)) return shapes
  const answer = content.slice(content.lastIndexOf(endOfThought) + endOfThought.length)
  return [...shapes, answer, trimLines(answer, true, false), trimLines(answer, true, true), answer.trim()]
}

/** Without the line breaks at its ends. No regular expression: one would take long for a text of line breaks. */
function trimLines(text: string, atStart: boolean, atEnd: boolean): string {
  let [start, end] = [0, text.length]
  while (atStart && text[start] === '\n') start += 1
  while (atEnd && end > start && text[end - 1] === '\n') end -= 1
  return text.slice(start, end)
}

const reason = (error: unknown) => (error instanceof Error ? error.message.replace(/\.$/, '') : String(error))
