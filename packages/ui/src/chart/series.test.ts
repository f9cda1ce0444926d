import { describe, expect, it } from 'vitest'
import { align, smooth } from './series'

describe('smooth', () => {
  it('leaves values alone at weight 0', () => {
    expect(smooth([1, null, 3], 0)).toEqual([1, null, 3])
  })

  it('starts at the first value, not at zero', () => {
    expect(smooth([4, 4, 4], 0.9)).toEqual([4, 4, 4].map((value) => expect.closeTo(value, 12)))
  })

  it('weighs the past by the closed form', () => {
    // (0.25·1 + 0.5·2) / (0.25 + 0.5) = 5/3
    expect(smooth([1, 2], 0.5)[1]).toBeCloseTo(5 / 3, 12)
  })

  it('passes over gaps and broken numbers without losing the average', () => {
    const [first, gap, broken, last] = smooth([2, null, Number.NaN, 2], 0.6)
    expect([first, gap, broken, last]).toEqual([2, null, null, expect.closeTo(2, 12)])
  })
})

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
