import { describe, expect, test } from 'vitest'
import { histogram } from './histogram'
import { type Estimate, wilsonInterval } from './interval'
import { normalQuantile, zOfLevel } from './normal'
import { countPairs, pairedDifference } from './paired-difference'
import { seededRandom, shuffle } from './random'
import { winRate } from './win-rate'

function expectInterval({ low, high }: Estimate, [wantedLow, wantedHigh]: [number, number], digits = 4) {
  expect(low).toBeCloseTo(wantedLow, digits)
  expect(high).toBeCloseTo(wantedHigh, digits)
}

describe('normalQuantile', () => {
  // The three check values that Wichura (1988) prints for PPND16, and the table everyone knows.
  test.each([
    [0.25, -0.6744897501960817],
    [0.001, -3.090232306167814],
    [1e-20, -9.2623400897984],
    [0.5, 0],
    [0.975, 1.959963984540054],
    [0.995, 2.5758293035489],
  ])('of %d is %d', (p, z) => {
    expect(normalQuantile(p)).toBeCloseTo(z, 12)
    if (p > 1e-16) expect(normalQuantile(1 - p)).toBeCloseTo(-z, 12)
  })

  test.each([0, 1, -0.1, Number.NaN])('refuses %d', (p) => {
    expect(() => normalQuantile(p)).toThrow(RangeError)
  })

  test('zOfLevel is two-sided', () => {
    expect(zOfLevel(0.95)).toBeCloseTo(1.959963984540054, 12)
    expect(() => zOfLevel(1)).toThrow(RangeError)
  })
})

describe('wilsonInterval', () => {
  // Newcombe (1998), Stat. Med. 17:857–872, table I, method 3.
  test.each<[number, number, [number, number]]>([
    [81, 263, [0.2553, 0.3662]],
    [15, 148, [0.0624, 0.1605]],
    [0, 20, [0, 0.1611]],
    [1, 29, [0.0061, 0.1718]],
  ])('%d of %d', (successes, n, wanted) => {
    const interval = wilsonInterval(successes, n)
    expectInterval(interval, wanted)
    const mirrored = wilsonInterval(n - successes, n)
    expectInterval(mirrored, [1 - interval.high, 1 - interval.low], 12)
  })

  test('with no cases, every share is possible', () => {
    expect(wilsonInterval(0, 0)).toEqual({ value: Number.NaN, low: 0, high: 1 })
  })

  test.each<[number, number]>([
    [5, 4],
    [-1, 4],
    [1, 2.5],
    [Number.NaN, 3],
  ])('refuses %d of %d', (successes, n) => {
    expect(() => wilsonInterval(successes, n)).toThrow(RangeError)
  })
})

describe('pairedDifference', () => {
  // Fagerland, Lydersen and Laake (2017), Statistical Analysis of Contingency Tables, chapter 8: complete
  // response before and after consolidation (Cavo 2012), airway responsiveness (Bentur 2009).
  test.each<[string, [number, number, number, number], number, [number, number]]>([
    ['Cavo', [59, 16, 6, 80], -0.0621, [-0.1186, -0.0046]],
    ['Bentur', [1, 7, 1, 12], -0.2857, [-0.507, -0.0256]],
  ])('%s', (_, [both, onlyBase, onlyTuned, neither], value, wanted) => {
    const difference = pairedDifference({ both, onlyBase, onlyTuned, neither })
    expect(difference.value).toBeCloseTo(value, 4)
    expectInterval(difference, wanted, 3)
    const turned = pairedDifference({ both, onlyBase: onlyTuned, onlyTuned: onlyBase, neither })
    expectInterval(turned, [-difference.high, -difference.low], 12)
  })

  test('stays within its bounds, also where a margin is empty', () => {
    for (const onlyBase of [0, 1, 40]) {
      for (const neither of [0, 1, 40]) {
        const { value, low, high } = pairedDifference({ both: 0, onlyBase, onlyTuned: 0, neither })
        if (onlyBase + neither === 0) continue
        expect(low).toBeGreaterThanOrEqual(-1)
        expect(low).toBeLessThanOrEqual(value)
        expect(high).toBeGreaterThanOrEqual(value)
        expect(high).toBeLessThan(1)
      }
    }
    expect(pairedDifference({ both: 0, onlyBase: 0, onlyTuned: 0, neither: 0 })).toMatchObject({
      low: -1,
      high: 1,
    })
  })

  test('countPairs counts', () => {
    const base = [true, true, false, false, true]
    const tuned = [true, false, true, false, false]
    expect(countPairs(base, tuned)).toEqual({ both: 1, onlyBase: 2, onlyTuned: 1, neither: 1 })
    expect(() => countPairs([true], [])).toThrow(RangeError)
  })

  test('covers the truth about as often as it says', () => {
    const random = seededRandom(11)
    let covered = 0
    const trials = 800
    for (let trial = 0; trial < trials; trial += 1) {
      const base: boolean[] = []
      const tuned: boolean[] = []
      for (let index = 0; index < 72; index += 1) {
        const hard = random() < 0.5
        base.push(random() < (hard ? 0.7 : 0.1))
        tuned.push(random() < (hard ? 0.4 : 0.05))
      }
      const { low, high } = pairedDifference(countPairs(base, tuned))
      if (low <= -0.175 && high >= -0.175) covered += 1
    }
    expect(covered / trials).toBeGreaterThan(0.93)
    expect(covered / trials).toBeLessThan(0.99)
  })
})

describe('winRate', () => {
  // Tango's interval for the difference: same book and tables as above.
  test.each<[string, [number, number, number], [number, number]]>([
    ['Cavo', [6, 139, 16], [-0.124, -0.0054]],
    ['Bentur', [1, 13, 7], [-0.517, -0.026]],
  ])('%s', (_, [wins, ties, losses], [low, high]) => {
    expectInterval(winRate({ wins, ties, losses }), [(1 + low) / 2, (1 + high) / 2], 3)
  })

  test('without ties it is Wilson’s interval', () => {
    for (const [wins, losses] of [
      [81, 182],
      [1, 28],
      [0, 20],
      [20, 0],
      [5, 5],
    ] as const) {
      const { low, high } = wilsonInterval(wins, wins + losses)
      expectInterval(winRate({ wins, ties: 0, losses }), [low, high], 10)
    }
  })

  test('a tie is half a win, and many of them narrow the interval without closing it', () => {
    const ties = winRate({ wins: 0, ties: 20, losses: 0 })
    const split = winRate({ wins: 10, ties: 0, losses: 10 })
    expect(ties.value).toBe(0.5)
    expect(ties.low).toBeLessThan(0.5)
    expect(ties.high - ties.low).toBeLessThan(split.high - split.low)
    expect(winRate({ wins: 3, ties: 4, losses: 1 }).value).toBe(0.625)
  })

  test('nothing compared says nothing, and impossible counts are refused', () => {
    expect(winRate({ wins: 0, ties: 0, losses: 0 })).toEqual({ value: Number.NaN, low: 0, high: 1 })
    expect(() => winRate({ wins: -1, ties: 0, losses: 2 })).toThrow(RangeError)
    expect(() => winRate({ wins: 0.5, ties: 0, losses: 2 })).toThrow(RangeError)
  })
})

describe('histogram', () => {
  test('every finite value is in one bin, the greatest in the last', () => {
    const bins = histogram([0, 1, 2, 3, 4, 5, 6, 7, 8, 10, Number.NaN, Number.POSITIVE_INFINITY], 5)
    expect(bins.map(({ count }) => count)).toEqual([2, 2, 2, 2, 2])
    expect(bins[0]).toEqual({ from: 0, to: 2, count: 2 })
    expect(bins.at(-1)?.to).toBe(10)
  })

  test('the edges of awkward numbers', () => {
    expect(histogram([], 4)).toEqual([])
    expect(histogram([3, 3], 4)).toEqual([{ from: 3, to: 3, count: 2 }])
    const random = seededRandom(3)
    const values = Array.from({ length: 1000 }, () => random() * 0.3 - 0.1)
    const bins = histogram(values, 7)
    expect(bins.reduce((sum, { count }) => sum + count, 0)).toBe(1000)
    expect(() => histogram([1], 0)).toThrow(RangeError)
  })
})

describe('randomness', () => {
  test('the same seed gives the same numbers, evenly spread', () => {
    const [one, two, other] = [seededRandom(5), seededRandom(5), seededRandom(6)]
    const numbers = Array.from({ length: 20_000 }, one)
    expect(Array.from({ length: 5 }, two)).toEqual(numbers.slice(0, 5))
    expect(Array.from({ length: 5 }, other)).not.toEqual(numbers.slice(0, 5))
    for (const { count } of histogram(numbers, 10)) expect(Math.abs(count - 2000)).toBeLessThan(200)
  })

  test('a shuffle keeps every item and starts with each equally often', () => {
    const random = seededRandom(1)
    const firsts = Array.from({ length: 6000 }, () => shuffle(['a', 'b', 'c'], random)[0])
    expect(shuffle([1, 2, 3, 4], random).toSorted()).toEqual([1, 2, 3, 4])
    for (const item of ['a', 'b', 'c']) {
      expect(Math.abs(firsts.filter((first) => first === item).length - 2000)).toBeLessThan(150)
    }
  })
})
