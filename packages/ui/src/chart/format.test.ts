import { expect, it } from 'vitest'
import { formatClock, formatFigure, formatPosition, formatShare, formatTick, formatValue } from './format'

it.each([
  [0, '0'],
  [0.00243, '0.00243'],
  [0.21349, '0.213'],
  [3.1459, '3.15'],
  [-1.2, '−1.20'],
  [71.46, '71.5'],
  [9870.2, '9,870'],
  [999.7, '1,000'],
  [0.00005, '5.0e−5'],
  [Number.NaN, '–'],
  [null, '–'],
])('%s reads %s', (value, text) => {
  expect(formatFigure(value)).toBe(text)
})

it.each([
  [0.2, 0.2, '0.2'],
  [-1, 0.5, '−1.0'],
  [-0.0000001, 0.5, '0.0'],
  [0, 0.00005, '0'],
  [12_000, 2000, '12,000'],
  [0.5, 0.25, '0.50'],
  [0.00002, 0.00001, '2.0e−5'],
  [0.00125, 0.00025, '1.25e−3'],
  [0.6922, 0.0002, '0.6922'],
  [-0.69225, 0.00025, '−0.69225'],
  [0.8112345, 0.0000005, '0.8112345'],
])('the tick %s, %s apart, reads %s', (value, increment, text) => {
  expect(formatTick(value, increment)).toBe(text)
})

it('formats shares in percent and seconds as a clock', () => {
  expect([0, 0.583, 1, null].map(formatShare)).toEqual(['0%', '58%', '100%', '–'])
  expect([5, 750, 7200].map(formatClock)).toEqual(['0:05', '12:30', '2:00:00'])
})

it('reads a value with its unit, and a position by its axis', () => {
  expect([
    formatValue(0.5),
    formatValue(0.583, '%'),
    formatValue(71.46, '°C'),
    formatValue(null, 'W'),
  ]).toEqual([...['0.500', '58%', '71.5 °C', '–']])
  expect([formatPosition(1200, 'step'), formatPosition(750, 'seconds')]).toEqual(['step 1,200', '12:30'])
})
