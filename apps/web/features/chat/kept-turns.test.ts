import { expect, it } from 'vitest'
import { keepTurns, readTurns } from './kept-turns'
import type { Turn } from './turns'

function memory() {
  const items = new Map<string, string>()
  return {
    getItem: (key: string) => items.get(key) ?? null,
    setItem: (key: string, value: string) => void items.set(key, value),
    removeItem: (key: string) => void items.delete(key),
    items,
  }
}

const turn = (key: string, more: Partial<Turn> = {}): Turn => ({
  key,
  persona: 'vegan',
  inventory: ['beans'],
  request: '',
  text: '# Soup',
  sampling: { temperature: 0.7, topP: 0.95, maxTokens: 320 },
  status: 'done',
  error: null,
  turnId: 'turn_1',
  thumb: 'up',
  ...more,
})

it('returns the conversation of one deployment after a reload', () => {
  const store = memory()
  keepTurns(store, 'palate', [turn('1'), turn('2', { status: 'writing' })])
  const [first, second] = readTurns(store, 'palate')
  expect(first).toEqual(turn('1'))
  expect(second).toMatchObject({ status: 'failed', error: expect.stringMatching(/page was closed/) })
  expect(readTurns(store, 'other')).toEqual([])
})

it('keeps the newest twenty turns, and fewer when they are long', () => {
  const store = memory()
  keepTurns(
    store,
    'palate',
    Array.from({ length: 30 }, (_, index) => turn(`${index}`)),
  )
  expect(readTurns(store, 'palate').map(({ key }) => key)).toEqual(
    Array.from({ length: 20 }, (_, i) => `${i + 10}`),
  )
  keepTurns(store, 'palate', [
    turn('a', { text: 'x'.repeat(150_000) }),
    turn('b', { text: 'y'.repeat(150_000) }),
  ])
  expect(readTurns(store, 'palate').map(({ key }) => key)).toEqual(['b'])
})

it('removes a cleared conversation and survives what is no conversation', () => {
  const store = memory()
  keepTurns(store, 'palate', [turn('1')])
  keepTurns(store, 'palate', [])
  expect(store.items.size).toBe(0)
  store.setItem('palate-chat:palate', '{"a":')
  expect(readTurns(store, 'palate')).toEqual([])
})
