import { describe, expect, it } from 'vitest'
import { formatAgo, formatBytes, formatDuration, formatInterval, formatPoints, plural } from './format'

describe('figures for people', () => {
  it.each([
    [999, '999 B'],
    [1_500, '1.5 KB'],
    [12_400_000, '12 MB'],
  ])('%i bytes read %s', (bytes, text) => expect(formatBytes(bytes)).toBe(text))

  it.each([
    [4_400, '4 s'],
    [157_000, '2 min 37 s'],
    [7_260_000, '2 h 01 min'],
  ])('%i ms read %s', (ms, text) => expect(formatDuration(ms)).toBe(text))

  it('signs differences with a real minus', () => {
    expect(formatPoints(-31.25)).toBe('−31.3 points')
    expect(formatPoints(8.2)).toBe('+8.2 points')
    expect(formatInterval({ low: -4, high: 2.25 })).toBe('−4.0 to 2.3')
  })

  it('counts nouns', () => {
    expect(plural(1, 'pair')).toBe('1 pair')
    expect(plural(2940, 'pair')).toBe('2,940 pairs')
    expect(plural(2, 'entry', 'entries')).toBe('2 entries')
  })

  it('speaks of the past from a given now', () => {
    const now = Date.UTC(2025, 0, 2, 12)
    expect(formatAgo(new Date(now - 10_000), now)).toBe('just now')
    expect(formatAgo(new Date(now - 5 * 60_000), now)).toBe('5 min ago')
    expect(formatAgo(new Date(now - 3 * 3_600_000), now)).toBe('3 h ago')
  })
})
