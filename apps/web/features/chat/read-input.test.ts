import { expect, it } from 'vitest'
import { problemOfRequest, readIngredients } from './read-input'

it('adds words once, and keeps what is too long instead of cutting it', () => {
  const long = 'x'.repeat(10_000)
  const { all, rest, problem } = readIngredients(['beans'], `Corn, beans; ${long}`)
  expect(all).toEqual(['beans', 'Corn'])
  expect(rest).toBe(long)
  expect(problem).toMatch(/at most 60 characters; this one has 10,000/)
})

it('keeps the thirteenth ingredient in the field and says why', () => {
  const twelve = Array.from({ length: 12 }, (_, index) => `food ${index}`)
  const { all, rest, problem } = readIngredients([], [...twelve, 'corn'].join('\n'))
  expect(all).toEqual(twelve)
  expect(rest).toBe('corn')
  expect(problem).toMatch(/at most 12/)
})

it('refuses what is no food', () => {
  expect(readIngredients([], 'rice, bleach')).toMatchObject({ all: ['rice'], rest: 'bleach' })
  expect(readIngredients([], 'bleach').problem).toMatch(/“bleach” is not food/)
})

it('says that a request is too long', () => {
  expect(problemOfRequest('quick')).toBeNull()
  expect(problemOfRequest('y'.repeat(10_000))).toMatch(/at most 300 characters; this one has 10,000/)
})
