import type { Estimate } from './interval'
import { zOfLevel } from './normal'

export type Outcomes = { wins: number; ties: number; losses: number }

/**
 * The share of comparisons won, a tie counting as half of one, with its score interval.
 *
 * With d the share of wins less the share of losses, the win rate is (1 + d) / 2, and d is a difference of
 * paired proportions, whose interval is that of Tango (1998), "Equivalence test and confidence interval for
 * the difference in proportions for the paired-sample design", Stat. Med. 17:891–908. Without ties it is
 * Wilson's. With nothing compared the value is `NaN` and the interval 0 to 1.
 *
 * @throws RangeError for counts that are not whole numbers of 0 or more, or a level outside (0, 1)
 */
export function winRate({ wins, ties, losses }: Outcomes, level = 0.95): Estimate {
  if (![wins, ties, losses].every((count) => Number.isInteger(count) && count >= 0)) {
    throw new RangeError('Wins, ties and losses must be whole numbers, 0 or more.')
  }
  const z = zOfLevel(level)
  const n = wins + ties + losses
  if (n === 0) return { value: Number.NaN, low: 0, high: 1 }
  const difference = (wins - losses) / n
  const rejects = (delta: number) => Math.abs(tangoScore(wins, losses, n, delta)) > z
  const low = losses === n ? -1 : boundary(rejects, difference, -1)
  const high = wins === n ? 1 : boundary(rejects, difference, 1)
  return { value: (1 + difference) / 2, low: (1 + low) / 2, high: (1 + high) / 2 }
}

/** Tango's statistic: how many standard errors the observed difference lies above `delta`. */
function tangoScore(wins: number, losses: number, n: number, delta: number): number {
  // The likeliest share of losses where the difference is `delta`: the root of a·q² + b·q + c = 0.
  const a = 2 * n
  const b = -wins - losses + (2 * n - wins + losses) * delta
  const c = -losses * delta * (1 - delta)
  const lossShare = (Math.sqrt(Math.max(0, b * b - 4 * a * c)) - b) / (2 * a)
  const variance = n * (2 * lossShare + delta * (1 - delta))
  const distance = wins - losses - n * delta
  return variance > 0 ? distance / Math.sqrt(variance) : Math.sign(distance) * Number.POSITIVE_INFINITY
}

/** Where between an accepted value and the end of the scale rejection begins, by halving. */
function boundary(rejects: (delta: number) => boolean, accepted: number, end: number): number {
  let inside = accepted
  let outside = end
  for (let halving = 0; halving < 100; halving += 1) {
    const middle = (inside + outside) / 2
    if (rejects(middle)) outside = middle
    else inside = middle
  }
  return inside
}
