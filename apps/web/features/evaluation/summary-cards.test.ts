import { expect, it } from 'vitest'
import { verdictOf } from './summary-cards'

it.each([
  [{ low: -40, high: -12 }, 'lower', 'better'],
  [{ low: 3, high: 9 }, 'lower', 'worse'],
  [{ low: 3, high: 9 }, 'higher', 'better'],
  [{ low: -9, high: -1 }, 'higher', 'worse'],
  [{ low: -2, high: 5 }, 'higher', 'no clear difference'],
] as const)('%o, %s is better: %s', (interval, better, text) => {
  expect(verdictOf(interval, better).text).toBe(text)
})
