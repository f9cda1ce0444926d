import { expect, it } from 'vitest'
import { formatFigure } from './format'

it.each([
  [0, '0.000'],
  [0.21349, '0.213'],
  [3.1459, '3.15'],
  [-1.2, '−1.20'],
  [71.46, '71.5'],
  [9870.2, '9,870'],
  [0.00005, '5.0e−5'],
  [Number.NaN, '–'],
  [null, '–'],
])('%s reads %s', (value, text) => {
  expect(formatFigure(value)).toBe(text)
})
