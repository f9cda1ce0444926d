import { RateLimiterMemory, RateLimiterRes } from 'rate-limiter-flexible'

const minuteSeconds = 60

/** @typedef {{ take(key: string, points?: number): Promise<boolean> }} Budget */

/**
 * So many points a minute, or in another window, for each key, in the memory of this process: what it protects is this process. Several of
 * them behind one origin count each for itself.
 *
 * @param {number} points
 * @param {number} [seconds] how long the window is
 * @returns {Budget} `take` says whether there was enough left
 */
export function openBudget(points, seconds = minuteSeconds) {
  const limiter = new RateLimiterMemory({ points, duration: seconds })
  return {
    async take(key, taken = 1) {
      try {
        await limiter.consume(key, taken)
        return true
      } catch (rejection) {
        if (rejection instanceof RateLimiterRes) return false
        throw rejection
      }
    },
  }
}

/** @typedef {ReturnType<typeof openCounter>} Counter */

/**
 * How many of something each key holds at the moment.
 *
 * @param {number} most
 */
export function openCounter(most) {
  /** @type {Map<string, number>} */
  const counts = new Map()
  return {
    /** @param {string} key */
    hasRoom: (key) => (counts.get(key) ?? 0) < most,
    /**
     * @param {string} key
     * @returns {() => void} gives the place back; only its first call counts
     */
    enter(key) {
      counts.set(key, (counts.get(key) ?? 0) + 1)
      let held = true
      return () => {
        if (!held) return
        held = false
        const left = (counts.get(key) ?? 1) - 1
        if (left > 0) counts.set(key, left)
        else counts.delete(key)
      }
    },
  }
}
