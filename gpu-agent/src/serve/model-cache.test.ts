import { afterEach, expect, it } from 'vitest'
import { ModelCache } from './model-cache'

let cache: ModelCache
afterEach(() => cache.close())

const open = (memoryBytes: number) =>
  new ModelCache({ PATH: process.env.PATH ?? '' }, { idleMs: 600_000, memoryBytes })
const gib = 1024 ** 3

it('a visitor who only opens a page takes no place from a model that answered lately', () => {
  cache = open(1)
  expect(cache.mayWarmUp('/no/first.gguf')).toBe(true)
  const host = cache.take('/no/first.gguf')
  expect(cache.mayWarmUp('/no/first.gguf')).toBe(true)
  expect(cache.mayWarmUp('/no/second.gguf')).toBe(false)
  host.lastUsed = Date.now() - 10 * 60_000
  expect(cache.mayWarmUp('/no/second.gguf')).toBe(true)
})

it('models stay together as long as they fit, and then the one that was used longest ago goes', async () => {
  cache = open(4 * gib)
  const [first, second] = ['/no/first.gguf', '/no/second.gguf'].map((path) => cache.take(path))
  if (!first || !second) throw new Error('Two models are open.')
  first.memoryBytes = gib
  second.memoryBytes = gib
  expect(cache.hasRoomFor('/no/third.gguf')).toBe(true)
  second.memoryBytes = 3 * gib
  second.lastUsed = first.lastUsed - 1
  expect(cache.hasRoomFor('/no/third.gguf')).toBe(false)
  cache.take('/no/third.gguf')
  await second.exited
  expect(first.isAlive).toBe(true)
})
