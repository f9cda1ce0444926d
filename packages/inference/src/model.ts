import { availableParallelism } from 'node:os'
import { type LlamaContextSequence, LlamaLogLevel, type LlamaModel, type Token } from 'node-llama-cpp'
import { InferenceError } from './error'
import { sharedLlama } from './llama'
import { type Message, PromptEncoder, plainTokens } from './prompt'
import { type PoolOptions, SequencePool } from './sequence-pool'
import { StopTexts } from './stop-texts'
import { createTextStream } from './text-stream'

export type OpenOptions = {
  /** A GGUF file with the base weights. */
  path: string
  /** `auto` uses a GPU where a prebuilt binary finds one. Default: `auto`. */
  gpu?: 'auto' | false
  /** Threads of one decode on the CPU. Default: one for a small model, all cores but one for a large one. */
  threads?: number
  /** Answers generated at the same time. Default: 16 with a small model, 4 with a large one. */
  sequences?: number
  /** Longest prompt and answer together, in tokens; never more than the model was trained on. Default 4096. */
  contextTokens?: number
}

export type Sampling = {
  /** 0 is greedy. */
  temperature: number
  topP: number
  /** The likeliest tokens that are drawn from. Default: all. */
  topK?: number | undefined
  maxTokens: number
  seed?: number | undefined
}

export type GenerateRequest = {
  messages: Message[]
  sampling: Sampling
  /** The answer ends before the first of these texts. */
  stop?: readonly string[]
  /** A GGUF LoRA for the open base model. */
  adapterPath?: string | null
  /**
   * Evaluate only what the model does not remember of the prompt's beginning. The answer comes sooner, and may differ in
   * the last digits from one that was evaluated as a whole: for chats, not for what must be repeatable.
   */
  reuse?: boolean
  /** Measure how sure the model was of its words; costs a little time for each token. */
  measure?: boolean
  /** Called with each piece of text, whole characters only. */
  onText?: (text: string) => void
  signal?: AbortSignal
}

export type Answer = {
  text: string
  /** The answer's tokens without the one that ends it. */
  tokenIds: number[]
  promptTokens: number
  /** How many of the prompt's tokens were known from before. */
  reusedTokens: number
  /** `length`: maxTokens or the context was used up; `canceled`: the signal aborted, and the text is incomplete. */
  finishReason: 'stop' | 'length' | 'canceled'
  /**
   * Where it was asked for: the perplexity of the answer under the distribution that it was sampled from, temperature and
   * top-p included. From 1, where one word was possible at each place, to the vocabulary's size.
   */
  perplexity: number | null
}

const poolLimit = 4
/**
 * Below this many bytes of weights, threads of one decode wait for each other longer than they compute, so each core
 * decodes separate answers.
 */
const smallModelBytes = 256 * 1024 * 1024

/** Opens a base model. Each request may name an adapter, which gets its own contexts. @throws Error on a bad file */
export async function openModel(options: OpenOptions): Promise<Model> {
  const llama = await sharedLlama(options.gpu ?? 'auto')
  llama.logLevel = LlamaLogLevel.error
  const model = await llama.loadModel({ modelPath: options.path })
  return new Model(model, { onCpu: llama.gpu === false, ...options })
}

export class Model {
  private readonly pools = new Map<string, Promise<SequencePool>>()
  private encoder: PromptEncoder | null = null
  private warming: Promise<void> = Promise.resolve()

  constructor(
    private readonly model: LlamaModel,
    private readonly options: OpenOptions & { onCpu: boolean },
  ) {}

  /** How many answers are generated at the same time; further requests wait. */
  get sequences(): number {
    return this.options.sequences ?? (this.isSmall ? 16 : 4)
  }

  /** Longest prompt and answer together, in tokens. */
  get contextTokens(): number {
    return Math.min(this.options.contextTokens ?? 4096, this.model.trainContextSize)
  }

  /** Token ids of a text, with special tokens off. */
  tokenize(text: string): number[] {
    return plainTokens(this.model, text)
  }

  /** A conversation as token ids, as the model gets it. */
  prompt(messages: Message[]): Token[] {
    this.encoder ??= new PromptEncoder(this.model)
    return this.encoder.encode(messages)
  }

  /**
   * Answers a conversation. Calls may overlap; those of the same adapter and core share batches.
   *
   * @throws InferenceError `prompt_too_long` when there is no room for a token of the answer
   */
  async generate(request: GenerateRequest): Promise<Answer> {
    const prompt = this.prompt(request.messages)
    const room = this.contextTokens - prompt.length
    if (room < 1)
      throw new InferenceError(
        'prompt_too_long',
        `The prompt has ${prompt.length} tokens and this model takes ${this.contextTokens}. Shorten it.`,
      )
    if (request.reuse) await this.warming
    const pool = await this.pool(request.adapterPath ?? null)
    const known = request.reuse ? prompt.slice(0, -1) : undefined // the last token must be evaluated
    return pool.use((sequence) => this.answer(sequence, prompt, room, request), known)
  }

  /** Opens the contexts and evaluates what every conversation under a system prompt begins with. */
  warmUp({ system, adapterPath }: { system: string; adapterPath: string | null }): Promise<void> {
    const [one, other] = ['A', '1'].map((content) =>
      this.prompt([
        { role: 'system', content: system },
        { role: 'user', content },
      ]),
    )
    const differs = one?.findIndex((token, index) => token !== other?.[index]) ?? 0
    const beginning = one?.slice(0, Math.min(differs, this.contextTokens - 1)) ?? []
    const work = this.warming.then(async () => {
      const pool = await this.pool(adapterPath)
      await pool.warm(beginning)
    })
    this.warming = work.catch(() => undefined)
    return work
  }

  /** Frees the weights and every context. No answer may be in progress. */
  async dispose(): Promise<void> {
    for (const pool of this.pools.values()) await (await pool).dispose()
    this.pools.clear()
    await this.model.dispose()
  }

  private async answer(
    sequence: LlamaContextSequence,
    prompt: Token[],
    room: number,
    { sampling, stop = [], measure = false, signal, onText }: GenerateRequest,
  ): Promise<Answer> {
    const stream = createTextStream(this.model)
    const stops = new StopTexts(stop)
    const tokenIds: number[] = []
    const reusedTokens = sequence.nextTokenIndex
    let text = ''
    let surprise = 0
    const take = (piece: string) => {
      text += piece
      if (piece) onText?.(piece)
    }
    const finish = (finishReason: Answer['finishReason']): Answer => {
      take(stops.push(stream.flush()) + stops.flush())
      const perplexity = measure && tokenIds.length > 0 ? Math.exp(surprise / tokenIds.length) : null
      return { text, tokenIds, promptTokens: prompt.length, reusedTokens, finishReason, perplexity }
    }
    const limit = Math.min(sampling.maxTokens, room)
    if (signal?.aborted) return finish('canceled')
    const { temperature, topP, topK = 0, seed } = sampling
    const tokens = sequence.evaluateWithMetadata(
      prompt.slice(reusedTokens),
      measure ? { confidence: true } : {},
      { temperature, topP, topK, seed: seed ?? anySeed() },
    )
    for await (const { token, ...measured } of tokens) {
      if (signal?.aborted) return finish('canceled')
      tokenIds.push(token)
      const confidence = 'confidence' in measured ? Number(measured.confidence) : 1
      surprise -= Math.log(Math.max(confidence, Number.MIN_VALUE))
      take(stops.push(stream.push(token)))
      if (stops.stopped) return finish('stop')
      if (tokenIds.length >= limit) return finish('length')
    }
    return finish('stop')
  }

  private get isSmall(): boolean {
    return this.model.size < smallModelBytes
  }

  /** One context with several threads, or for a small model several contexts with one thread each. */
  private layout(): PoolOptions {
    const { contextTokens, sequences, isSmall, options } = this
    const cores = availableParallelism()
    const threads = options.threads ?? (isSmall ? 1 : Math.max(1, cores - 1))
    const contexts = isSmall && options.onCpu ? Math.min(Math.floor(cores / threads) || 1, sequences) : 1
    return { contextTokens, sequences, contexts, threads }
  }

  private async pool(adapterPath: string | null): Promise<SequencePool> {
    const key = adapterPath ?? ''
    let pool = this.pools.get(key)
    if (!pool) {
      pool = SequencePool.open(this.model, adapterPath, this.layout())
      this.pools.set(key, pool)
      pool.catch(() => this.pools.delete(key))
      await this.evict(key)
    }
    return pool
  }

  /** Keeps the contexts of the last few adapters. */
  private async evict(keep: string): Promise<void> {
    if (this.pools.size <= poolLimit) return
    const others = [...this.pools].filter(([key]) => key !== keep)
    const opened = await Promise.all(
      others.map(async ([key, pool]) => ({ key, pool: await pool.catch(() => null) })),
    )
    const idle = opened
      .flatMap(({ key, pool }) => (pool?.isIdle ? [{ key, pool }] : []))
      .sort((a, b) => a.pool.lastUsed - b.pool.lastUsed)[0]
    if (!idle) return
    this.pools.delete(idle.key)
    await idle.pool.dispose()
  }
}

const anySeed = () => Math.floor(Math.random() * 2 ** 31)
