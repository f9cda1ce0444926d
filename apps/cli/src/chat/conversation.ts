import { randomUUID } from 'node:crypto'
import type { ChatMessage } from '@palate/protocol'
import type { Connection } from '../connect/credentials'
import type { Output } from '../terminal/output'
import type { Question } from './answer'
import type { ChatModel } from './find-model'

/** How the answers are drawn; what is left out is the server's default. */
export interface SamplingFlags {
  temperature?: number
  topP?: number
  topK?: number
  maxTokens?: number
  seed?: number
}

/** What has been said, and what the next question carries. */
export class Conversation {
  persona: string | null = null
  inventory: string[] = []
  #messages: ChatMessage[] = []
  readonly #visitorId = `cli-${randomUUID()}`

  constructor(
    readonly model: string,
    readonly system: string | null,
    readonly sampling: SamplingFlags,
  ) {}

  /** The request for a next message. With a persona the hub writes the prompt, and nothing earlier goes along. */
  ask(message: string): Question {
    const { temperature, topP, topK, maxTokens, seed } = this.sampling
    const sampling = {
      ...(temperature === undefined ? {} : { temperature }),
      ...(topP === undefined ? {} : { top_p: topP }),
      ...(topK === undefined ? {} : { top_k: topK }),
      ...(maxTokens === undefined ? {} : { max_completion_tokens: maxTokens }),
      ...(seed === undefined ? {} : { seed }),
    }
    if (this.persona) {
      const { persona, inventory } = this
      const palate = { persona, inventory, request: message, visitorId: this.#visitorId }
      return { model: this.model, ...sampling, palate }
    }
    const system: ChatMessage[] = this.system ? [{ role: 'system', content: this.system }] : []
    const messages: ChatMessage[] = [...system, ...this.#messages, { role: 'user', content: message }]
    return { model: this.model, ...sampling, messages }
  }

  /** Keeps what was said, so that the next question follows from it. */
  add(message: string, answer: string): void {
    if (this.persona || !answer) return
    this.#messages.push({ role: 'user', content: message }, { role: 'assistant', content: answer })
  }

  reset(): void {
    this.#messages = []
  }

  get turns(): number {
    return this.#messages.length / 2
  }
}

/** `rice, black beans` */
export const readInventory = (typed: string): string[] =>
  typed
    .split(',')
    .map((item) => item.trim())
    .filter(Boolean)

/** A conversation with what it needs to go on. */
export interface Session {
  connection: Connection
  model: ChatModel
  conversation: Conversation
  out: Output
}
