import type { LlamaContext, LlamaContextSequence, LlamaModel, Token } from 'node-llama-cpp'

export type PoolOptions = {
  contextTokens: number
  /** In all contexts together. */
  sequences: number
  contexts: number
  /** Of each context. */
  threads: number
}

/**
 * Contexts of one set of weights (the base, or the base with an adapter) with a fixed number of sequences.
 * Concurrent requests are spread over the contexts, and decoded in one llama.cpp batch where they share a context;
 * further requests wait.
 */
export class SequencePool {
  lastUsed = 0
  private readonly free: LlamaContextSequence[]
  private readonly waiting: ((sequence: LlamaContextSequence) => void)[] = []
  private busy = 0
  /** How many tokens of a sequence's beginning are kept ready for the next conversation that begins with them. */
  private readonly kept = new Map<LlamaContextSequence, number>()

  private constructor(private readonly contexts: readonly LlamaContext[]) {
    const rounds = Math.max(...contexts.map(({ totalSequences }) => totalSequences))
    // Interleaved, so that the first requests each get a different context.
    this.free = Array.from({ length: rounds }, () => contexts.map((context) => context.getSequence())).flat()
  }

  static async open(
    model: LlamaModel,
    adapterPath: string | null,
    options: PoolOptions,
  ): Promise<SequencePool> {
    const contexts: LlamaContext[] = []
    try {
      while (contexts.length < options.contexts)
        contexts.push(
          await model.createContext({
            contextSize: options.contextTokens,
            sequences: Math.ceil(options.sequences / options.contexts),
            threads: options.threads,
            ...(adapterPath ? { lora: adapterPath } : {}),
          }),
        )
    } catch (error) {
      for (const context of contexts) await context.dispose()
      throw error
    }
    return new SequencePool(contexts)
  }

  get isIdle(): boolean {
    return this.busy === 0 && this.waiting.length === 0
  }

  /**
   * Runs `use` with a sequence whose history is empty, or, for a `prompt`, with the free one that knows most of its
   * beginning and nothing else.
   */
  async use<T>(use: (sequence: LlamaContextSequence) => Promise<T>, prompt?: Token[]): Promise<T> {
    this.lastUsed = performance.now()
    this.busy += 1
    const sequence =
      this.takeFree(prompt) ?? (await new Promise<LlamaContextSequence>((lend) => this.waiting.push(lend)))
    if (!prompt || knownOf(sequence, prompt) < (this.kept.get(sequence) ?? 0)) this.kept.delete(sequence)
    try {
      if (prompt) await sequence.adaptStateToTokens(prompt, false)
      else await sequence.clearHistory()
      return await use(sequence)
    } finally {
      this.busy -= 1
      const next = this.waiting.shift()
      if (next) next(sequence)
      else this.free.push(sequence)
    }
  }

  /** Has a sequence evaluate what conversations will begin with, and keeps it for them while others are free. */
  async warm(beginning: Token[]): Promise<void> {
    await this.use(async (sequence) => {
      const rest = beginning.slice(sequence.nextTokenIndex)
      if (rest.length > 0) await sequence.evaluateWithoutGeneratingNewTokens(rest)
      this.kept.set(sequence, beginning.length)
    }, beginning)
  }

  /** The free one that gains most: what it knows of the prompt, less what it keeps for others and would lose. */
  private takeFree(prompt: Token[] = []): LlamaContextSequence | undefined {
    const gains = this.free.map((sequence) => {
      const known = knownOf(sequence, prompt)
      const kept = this.kept.get(sequence) ?? 0
      return known < kept ? known - kept : known
    })
    return this.free.splice(gains.lastIndexOf(Math.max(...gains)), 1)[0]
  }

  async dispose(): Promise<void> {
    for (const context of this.contexts) await context.dispose()
  }
}

const knownOf = (sequence: LlamaContextSequence, prompt: Token[]) =>
  sequence.compareContextTokens(prompt).firstDifferentIndex
