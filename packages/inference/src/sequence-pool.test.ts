import type { LlamaContextSequence, LlamaModel, Token } from 'node-llama-cpp'
import { expect, it } from 'vitest'
import { SequencePool } from './sequence-pool'

/** A sequence that remembers tokens, as far as the pool asks. */
class FakeSequence {
  tokens: Token[] = []

  get nextTokenIndex() {
    return this.tokens.length
  }

  compareContextTokens(prompt: Token[]) {
    const at = prompt.findIndex((token, index) => token !== this.tokens[index])
    return { firstDifferentIndex: at === -1 ? prompt.length : at }
  }

  async adaptStateToTokens(prompt: Token[]) {
    this.tokens = this.tokens.slice(0, this.compareContextTokens(prompt).firstDifferentIndex)
  }

  async evaluateWithoutGeneratingNewTokens(tokens: Token[]) {
    this.tokens = [...this.tokens, ...tokens]
  }

  async clearHistory() {
    this.tokens = []
  }
}

function openPool(sequences: number): Promise<SequencePool> {
  const createContext = async () => ({
    totalSequences: sequences,
    getSequence: () => new FakeSequence(),
    dispose: async () => undefined,
  })
  const options = { contextTokens: 64, sequences, contexts: 1, threads: 1 }
  return SequencePool.open({ createContext } as unknown as LlamaModel, null, options)
}

const tokens = (...ids: number[]) => ids as Token[]
const [one, other] = [tokens(1, 2, 3, 4, 5), tokens(1, 2, 9, 9, 9)]
const known = (pool: SequencePool, prompt: Token[]) =>
  pool.use(async (sequence: LlamaContextSequence) => sequence.nextTokenIndex, prompt)

it('keeps what several conversations begin with, though the beginnings begin alike', async () => {
  const pool = await openPool(3)
  await pool.warm(one)
  await pool.warm(other)
  expect(await known(pool, tokens(...one, 7))).toBe(5)
  expect(await known(pool, tokens(...other, 7))).toBe(5)
  expect(await known(pool, tokens(1, 8))).toBe(0)
  expect(await known(pool, tokens(...one, 8))).toBe(5)
})

it('gives up a beginning where no other sequence is free', async () => {
  const pool = await openPool(1)
  await pool.warm(one)
  expect(await known(pool, tokens(1, 8))).toBe(1)
  expect(await known(pool, tokens(...one, 7))).toBe(1)
})
