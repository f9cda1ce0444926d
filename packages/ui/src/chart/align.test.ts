import { expect, it } from 'vitest'
import { align } from './align'

it('joins series of different steps on one axis', () => {
  const joined = align([
    { label: 'a', x: [0, 10, 20], y: [1, 2, 3] },
    { label: 'b', x: [5, 10], y: [7, 8] },
  ])
  expect(joined.x).toEqual([0, 5, 10, 20])
  expect(joined.ys).toEqual([
    [1, null, 2, 3],
    [null, 7, 8, null],
  ])
})

it('drops what is no number', () => {
  expect(align([{ label: 'a', x: [0, 1], y: [Number.NaN, 2] }]).ys).toEqual([[null, 2]])
})
