import { expect, test } from 'vitest'
import { drawOrder } from './shown-order'

test('neither side gets more than two ahead; otherwise the draw decides', () => {
  for (const coin of [true, false]) {
    const counts = { ab: 0, ba: 0 }
    for (let index = 0; index < 40; index += 1) {
      counts[drawOrder(counts, () => coin)] += 1
      expect(Math.abs(counts.ab - counts.ba)).toBeLessThanOrEqual(2)
    }
  }
  expect(drawOrder({ ab: 3, ba: 2 }, () => true)).toBe('ab')
  expect(drawOrder({ ab: 3, ba: 2 }, () => false)).toBe('ba')
})
