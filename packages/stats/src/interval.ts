import { zOfLevel } from './normal'

/** An estimate with its interval. Shares are between 0 and 1, differences between -1 and 1. */
export type Estimate = { value: number; low: number; high: number }

/**
 * Wilson's score interval for a share. With nothing observed (n = 0) all is possible: 0 to 1, value `NaN`.
 * Wilson (1927), J. Am. Stat. Assoc. 22; method 3 of Newcombe (1998), Stat. Med. 17:857–872.
 *
 * @param successes a number from 0 to n; halves (ties) are allowed
 * @throws RangeError for impossible counts or levels
 */
export function wilsonInterval(successes: number, n: number, level = 0.95): Estimate {
  assertCounts(successes, n)
  const z = zOfLevel(level)
  if (n === 0) return { value: Number.NaN, low: 0, high: 1 }
  const share = successes / n
  const center = share + (z * z) / (2 * n)
  const reach = z * Math.sqrt((share * (1 - share)) / n + (z * z) / (4 * n * n))
  const scale = 1 + (z * z) / n
  return {
    value: share,
    low: successes === 0 ? 0 : Math.max(0, (center - reach) / scale),
    high: successes === n ? 1 : Math.min(1, (center + reach) / scale),
  }
}

function assertCounts(successes: number, n: number): void {
  if (!(Number.isInteger(n) && n >= 0))
    throw new RangeError('The number of cases must be a whole number, 0 or more.')
  if (!(successes >= 0 && successes <= n))
    throw new RangeError('There cannot be more successes than cases, nor fewer than none.')
}
