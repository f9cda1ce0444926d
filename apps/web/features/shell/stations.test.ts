import { expect, it } from 'vitest'
import { placeOf } from './stations'

it('numbers a station as the overview does, where signing in is the first', () => {
  const all = ['sign-in', 'datasets', 'base-model', 'personas'].map((key) => ({
    key,
    state: 'done',
    count: 2,
  }))
  expect(placeOf(all, 'datasets')).toEqual({ state: 'done', count: 2, position: 2 })
  expect(placeOf(all, 'personas').position).toBe(4)
  expect(placeOf([], 'personas')).toEqual({ state: 'waiting', count: null, position: null })
})
