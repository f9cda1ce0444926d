import { expect, it } from 'vitest'
import { clean, cleanLine, toJsonLine } from './clean'
import { formatBytes, formatCount, formatSeconds, sparkline } from './format'
import { bold, render } from './styled'

it('keeps what a text says and removes what a terminal obeys', () => {
  expect(clean('a\tb\nc')).toBe('a\tb\nc')
  expect(clean('\u001b[31mred\u001b[0m \u009b2J \u001b]0;x\u0007 \u0000\u0008\u007f\r')).toBe(
    '[31mred[0m 2J ]0;x ',
  )
  expect(clean('abc\u202egnp.\u2066x\u2069')).toBe('abcgnp.x')
  expect(clean('料理 🍲 👩‍🍳 é')).toBe('料理 🍲 👩‍🍳 é')
  expect(cleanLine('a\nb\t\tc')).toBe('a b c')
})

it('writes JSON that a terminal only shows and a program reads as it was', () => {
  const value = { text: 'a\u001b[2J\u009b\u007f\u2028\u202e料🍲\n' }
  expect(toJsonLine(value)).not.toMatch(/[\p{Cc}\u2028\u202e]/u)
  expect(JSON.parse(toJsonLine(value))).toEqual(value)
})

it('colors only what the source marks, and only where colors are wanted', () => {
  const show = (color: boolean) => render(['run ', ' ', ''], [bold('1\u001b'), 'n\u001bame'], { color })
  expect(show(true)).toBe('run \u001b[1m1\u001b[0m name')
  expect(show(false)).toBe('run 1 name')
})

it('writes sizes, times, counts and the shape of a curve', () => {
  expect([0, 999, 93_000_000, 999_600, 1.5e12].map(formatBytes)).toEqual([
    '0 B',
    '999 B',
    '93 MB',
    '1.0 MB',
    '1.5 TB',
  ])
  expect([0, 59.6, 61, 3600, 5430].map(formatSeconds)).toEqual([
    '0 s',
    '1 min',
    '1 min 1 s',
    '1 h',
    '1 h 31 min',
  ])
  expect([7, 1500, 134_515_008, 1.1e9].map(formatCount)).toEqual(['7', '2 k', '135 M', '1.10 B'])
  expect(sparkline([4, 2, 0])).toBe('█▅▁')
  expect([sparkline([]), sparkline([3]), sparkline([Number.NaN, 1, 1])]).toEqual(['', '▁', '▁▁'])
})
