/**
 * Whose request it is, how many of it are worked on at once, and for how many times as long as each took its place rests.
 *
 * @typedef {{ key: string, atOnce: number, rest: number }} Share
 */
/** @typedef {Share & { start: () => void }} Waiting */

/** A request that takes longer, for example because its client reads slowly, no longer keeps others from a place. */
const placeMs = 5000
/** What takes long mostly waits for the database, and needs no rest. */
const longestRestMs = 100

/**
 * How many requests Next works on at once, in all and for each key; the others wait for their turn. A page is computed
 * on the thread that also passes on everything else: a hundred pages at once would hold up all of it for seconds.
 *
 * @param {{ atOnce: number, waitingPerKey: number }} most
 */
export function openPageQueue(most) {
  /** @type {Waiting[]} */
  const waiting = []
  /** @type {Map<string, number>} */
  const running = new Map()
  let all = 0

  /** @param {Share} share */
  const hasPlace = ({ key, atOnce }) => all < most.atOnce && (running.get(key) ?? 0) < atOnce

  /** @param {string} key @returns {() => void} gives the place back; only its first call counts */
  function take(key) {
    all += 1
    running.set(key, (running.get(key) ?? 0) + 1)
    const timer = setTimeout(giveBack, placeMs).unref()
    let held = true
    return giveBack

    function giveBack() {
      if (!held) return
      held = false
      clearTimeout(timer)
      all -= 1
      const left = (running.get(key) ?? 1) - 1
      if (left > 0) running.set(key, left)
      else running.delete(key)
      startNext()
    }
  }

  function startNext() {
    const at = waiting.findIndex(hasPlace)
    if (at >= 0) waiting.splice(at, 1)[0]?.start()
  }

  return {
    /**
     * @param {Share} share
     * @param {import('node:http').ServerResponse} response gives the place back when it has ended
     * @returns {Promise<boolean>} when it is this request's turn; false when too many wait or its client is gone
     */
    async enter(share, response) {
      const { key } = share
      if (!hasPlace(share)) {
        if (waiting.filter((one) => one.key === key).length >= most.waitingPerKey) return false
        await new Promise((resolve) => {
          const turn = { ...share, start: () => resolve(undefined) }
          waiting.push(turn)
          response.once('close', () => {
            if (waiting.includes(turn)) waiting.splice(waiting.indexOf(turn), 1)
            resolve(undefined)
          })
        })
        if (response.destroyed) {
          startNext() // the turn may have come just then
          return false
        }
      }
      const giveBack = take(key)
      const began = performance.now()
      const end = () => {
        const restMs = Math.min(longestRestMs, (performance.now() - began) * share.rest)
        if (restMs > 0) setTimeout(giveBack, restMs).unref()
        else giveBack()
      }
      for (const event of ['prefinish', 'close']) response.once(event, end)
      return true
    },
  }
}
