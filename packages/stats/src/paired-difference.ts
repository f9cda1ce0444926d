import { type Estimate, wilsonInterval } from './interval'

/**
 * The same cases under two conditions: `both` and `neither` had the outcome under both or none, `onlyBase`
 * and `onlyTuned` under one of them.
 */
export type PairedCounts = { both: number; onlyBase: number; onlyTuned: number; neither: number }

/**
 * The difference of two shares seen on the same cases, tuned minus base: below 0 the outcome became rarer.
 * The interval squares and adds Wilson's, corrected for the correlation of the pairs: method 10 of Newcombe
 * (1998), "Improved confidence intervals for the difference between binomial proportions based on paired
 * data", Stat. Med. 17:2635–2650. With no cases the value is `NaN` and the interval -1 to 1.
 *
 * @throws RangeError for counts that are not whole numbers of 0 or more, or a level outside (0, 1)
 */
export function pairedDifference(
  { both, onlyBase, onlyTuned, neither }: PairedCounts,
  level = 0.95,
): Estimate {
  if (![both, onlyBase, onlyTuned, neither].every((count) => Number.isInteger(count) && count >= 0)) {
    throw new RangeError('The counts of cases must be whole numbers, 0 or more.')
  }
  const n = both + onlyBase + onlyTuned + neither
  const base = wilsonInterval(both + onlyBase, n, level)
  const tuned = wilsonInterval(both + onlyTuned, n, level)
  if (n === 0) return { value: Number.NaN, low: -1, high: 1 }
  const phi = correctedPhi(both, onlyBase, onlyTuned, neither)
  const value = (onlyTuned - onlyBase) / n
  const below = reach(tuned.value - tuned.low, base.high - base.value, phi)
  const above = reach(tuned.high - tuned.value, base.value - base.low, phi)
  return { value, low: Math.max(-1, value - below), high: Math.min(1, value + above) }
}

/** Counts two lists of outcomes of the same cases in the same order. */
export function countPairs(base: readonly boolean[], tuned: readonly boolean[]): PairedCounts {
  if (base.length !== tuned.length) throw new RangeError('Both lists must have an outcome for every case.')
  const counts: PairedCounts = { both: 0, onlyBase: 0, onlyTuned: 0, neither: 0 }
  for (const [index, before] of base.entries()) {
    const after = tuned[index] ?? false
    if (before && after) counts.both += 1
    else if (before) counts.onlyBase += 1
    else if (after) counts.onlyTuned += 1
    else counts.neither += 1
  }
  return counts
}

function reach(one: number, other: number, phi: number): number {
  return Math.sqrt(Math.max(0, one * one - 2 * phi * one * other + other * other))
}

/** The correlation of the 2 × 2 table, drawn towards 0 where it is positive (Newcombe's continuity correction). */
function correctedPhi(both: number, onlyBase: number, onlyTuned: number, neither: number): number {
  const margins = (both + onlyBase) * (onlyTuned + neither) * (both + onlyTuned) * (onlyBase + neither)
  if (margins === 0) return 0
  const n = both + onlyBase + onlyTuned + neither
  const cross = both * neither - onlyBase * onlyTuned
  const corrected = cross > 0 ? Math.max(0, cross - n / 2) : cross
  return corrected / Math.sqrt(margins)
}
