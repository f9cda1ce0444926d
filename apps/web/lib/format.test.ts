import { describe, expect, it } from 'vitest'
import {
  formatAddress,
  formatAgo,
  formatBytes,
  formatDuration,
  formatFlops,
  formatInterval,
  formatMoney,
  formatParameters,
  formatPoints,
  formatTimeLeft,
  plural,
} from './format'

describe('formatting', () => {
  it.each([
    [999, '999 B'],
    [1_500, '1.5 KB'],
    [12_400_000, '12 MB'],
  ])('%i bytes are %s', (bytes, text) => expect(formatBytes(bytes)).toBe(text))

  it.each([
    [4_400, '4 s'],
    [157_000, '2 min 37 s'],
    [7_260_000, '2 h 01 min'],
  ])('%i ms are %s', (ms, text) => expect(formatDuration(ms)).toBe(text))

  it.each([
    [0, 'less than a minute left'],
    [50, 'about 1 min left'],
    [725, 'about 12 min left'],
    [3590, 'about 1 h 00 min left'],
    [8000, 'about 2 h 15 min left'],
  ])('%i s are %s', (seconds, text) => expect(formatTimeLeft(seconds)).toBe(text))

  it('writes differences with a minus sign', () => {
    expect(formatPoints(-31.25)).toBe('−31.3 points')
    expect(formatPoints(8.2)).toBe('+8.2 points')
    expect(formatInterval({ low: -4, high: 2.25 })).toBe('−4.0 to 2.3')
  })

  it('counts nouns', () => {
    expect(plural(1, 'pair')).toBe('1 pair')
    expect(plural(2940, 'pair')).toBe('2,940 pairs')
    expect(plural(2, 'entry', 'entries')).toBe('2 entries')
  })

  it('formats model sizes, amounts of money and speeds', () => {
    expect([3_212_749_824, 41_943_040, 1_126_400, 900].map(formatParameters)).toEqual([
      ...['3.21 B', '42 M', '1.1 M', '900'],
    ])
    expect(formatMoney({ amount: 3.2, currency: 'EUR' })).toBe('€3.20')
    expect(formatMoney({ amount: 0.0041, currency: 'USD' })).toBe('$0.0041')
    expect([1.94e12, 71e12, 43.4e9].map(formatFlops)).toEqual(['1.9 TFLOP/s', '71 TFLOP/s', '43 GFLOP/s'])
  })

  it('formats a past time relative to a given now', () => {
    const now = Date.UTC(2025, 0, 2, 12)
    expect(formatAgo(new Date(now - 10_000), now)).toBe('just now')
    expect(formatAgo(new Date(now - 5 * 60_000), now)).toBe('5 min ago')
    expect(formatAgo(new Date(now - 3 * 3_600_000), now)).toBe('3 h ago')
  })
})

it('the loopback of a sign-in is named, other addresses stand as they are', () => {
  expect(['127.0.0.1', '::1', '0:0:0:0::/64', '203.0.113.7', '2001:db8:0:1::/64'].map(formatAddress)).toEqual(
    ['this machine', 'this machine', 'this machine', '203.0.113.7', '2001:db8:0:1::/64'],
  )
})
