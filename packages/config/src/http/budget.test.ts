import { afterEach, beforeEach, expect, it, vi } from 'vitest'
import { openBudget, openCounter } from './budget.mjs'

beforeEach(() => void vi.useFakeTimers())
afterEach(() => void vi.useRealTimers())

it('a key has its points again after a minute; other keys have their own', async () => {
  const budget = openBudget(3)
  expect([await budget.take('a', 2), await budget.take('a'), await budget.take('a')]).toEqual([
    true,
    true,
    false,
  ])
  expect(await budget.take('b')).toBe(true)
  vi.advanceTimersByTime(60_001)
  expect(await budget.take('a')).toBe(true)
})

it('what costs more than all there is gets nothing', async () => {
  expect(await openBudget(3).take('a', 4)).toBe(false)
})

it('a place that is given back twice counts once', () => {
  const counter = openCounter(2)
  const leave = counter.enter('a')
  counter.enter('a')
  expect(counter.hasRoom('a')).toBe(false)
  leave()
  leave()
  expect(counter.hasRoom('a')).toBe(true)
  counter.enter('a')
  expect(counter.hasRoom('a')).toBe(false)
})
