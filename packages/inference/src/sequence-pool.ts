import type { LlamaContext, LlamaContextSequence, LlamaModel } from 'node-llama-cpp'

export type PoolOptions = { contextTokens: number; sequences: number; threads: number }

/**
 * A context of one set of weights (the base, or the base with an adapter) with a fixed number of sequences.
 * Requests that run at the same time are decoded in one batch; more of them than sequences wait in line.
 */
export class SequencePool {
  lastUsed = 0
  private readonly free: LlamaContextSequence[]
  private readonly waiting: ((sequence: LlamaContextSequence) => void)[] = []
  private busy = 0

  private constructor(private readonly context: LlamaContext) {
    this.free = Array.from({ length: context.totalSequences }, () => context.getSequence())
  }

  static async open(
    model: LlamaModel,
    adapterPath: string | null,
    options: PoolOptions,
  ): Promise<SequencePool> {
    const context = await model.createContext({
      contextSize: options.contextTokens,
      sequences: options.sequences,
      threads: options.threads,
      ...(adapterPath ? { lora: adapterPath } : {}),
    })
    return new SequencePool(context)
  }

  get isIdle(): boolean {
    return this.busy === 0 && this.waiting.length === 0
  }

  /** Lends a sequence with an empty history for as long as `use` takes. */
  async use<T>(use: (sequence: LlamaContextSequence) => Promise<T>): Promise<T> {
    this.lastUsed = performance.now()
    this.busy += 1
    const sequence =
      this.free.pop() ?? (await new Promise<LlamaContextSequence>((lend) => this.waiting.push(lend)))
    try {
      await sequence.clearHistory()
      return await use(sequence)
    } finally {
      this.busy -= 1
      const next = this.waiting.shift()
      if (next) next(sequence)
      else this.free.push(sequence)
    }
  }

  dispose(): Promise<void> {
    return this.context.dispose()
  }
}
