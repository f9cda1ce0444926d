import { afterEach, expect, it } from 'vitest'
import { ModelCache } from './model-cache'

let cache: ModelCache
afterEach(() => cache.close())

it('a visitor who only opens a page takes no place from a model that answered lately', () => {
  cache = new ModelCache({ PATH: process.env.PATH ?? '' }, { idleMs: 600_000, models: 1 })
  expect(cache.mayWarmUp('/no/first.gguf')).toBe(true)
  const host = cache.take('/no/first.gguf')
  expect(cache.mayWarmUp('/no/first.gguf')).toBe(true)
  expect(cache.mayWarmUp('/no/second.gguf')).toBe(false)
  host.lastUsed = Date.now() - 10 * 60_000
  expect(cache.mayWarmUp('/no/second.gguf')).toBe(true)
})
