// When a part that ended is started again. Like Kubernetes and Docker, and unlike systemd or OTP, it is never given up:
// what stops a part (a full disk, a port that is taken) is often mended from outside while nobody watches this terminal,
// and a training that waits for the hub must go on then. A used-up budget only slows the tries down and is said once.

/**
 * @typedef {object} RestartPolicy
 * @property {number} firstSeconds before the first try; each further death in the window doubles it
 * @property {number} slowestSeconds the longest time between two tries
 * @property {number} windowSeconds a death that is older counts no more
 * @property {number} budget deaths in the window after which a part counts as one that does not stay up
 */

/**
 * @param {readonly number[]} earlier when the part ended before, in milliseconds
 * @param {number} now when it ended this time
 * @param {RestartPolicy} policy
 * @returns {{ deaths: number[], delayMs: number, isUsedUp: boolean }} the deaths that still count, with this one
 */
export function planRestart(earlier, now, { firstSeconds, slowestSeconds, windowSeconds, budget }) {
  const deaths = [...earlier.filter((at) => at > now - windowSeconds * 1000), now]
  const isUsedUp = deaths.length > budget
  const seconds = isUsedUp ? slowestSeconds : firstSeconds * 2 ** (deaths.length - 1)
  return { deaths, delayMs: Math.min(seconds, slowestSeconds) * 1000, isUsedUp }
}

/**
 * @typedef {object} Death
 * @property {string} name of the part
 * @property {number | null} code its exit code
 * @property {NodeJS.Signals | null} signal
 * @property {string} lastLine of its log; '' where there is none
 * @property {string} logFile
 */

/**
 * What the terminal says: who ended, why, and when it is tried again.
 *
 * @param {Death} death
 * @param {ReturnType<typeof planRestart>} plan
 * @param {RestartPolicy} policy
 */
export function describeDeath({ name, code, signal, lastLine, logFile }, plan, policy) {
  const times = plan.deaths.length
  const minutes = Math.max(1, Math.round(policy.windowSeconds / 60))
  const why = signal
    ? `was ended by ${signal}`
    : code === null
      ? 'could not be started'
      : `ended with ${code}`
  const next = plan.isUsedUp
    ? `It has ended ${times} times within ${minutes} min; it is tried again every ${policy.slowestSeconds} s until it stays up. Look into ${logFile}.`
    : `It is started again in ${plan.delayMs / 1000} s.`
  return `${name} ${why}. ${next}${lastLine ? `\n  Its last line: ${lastLine}` : ''}`
}

/** Lines that say nothing about a cause: frames of a stack, brackets, the version that Node prints after an error. */
const noise = /^\s*(at |[{}[\])(,;^]*$|Node\.js v|\(Use `node )/
const cause = /\b\w*(Error|FATAL|PANIC)\b|\berror\b/

/**
 * @param {readonly string[]} lines the last ones of a part
 * @param {boolean} failed whether it ended by itself with an error, which one of the lines then names
 */
export function findLastLine(lines, failed) {
  const telling = lines.filter((line) => !noise.test(line))
  const named = failed ? telling.findLast((line) => cause.test(line)) : undefined
  return (named ?? telling.at(-1) ?? '').trim().slice(0, 300)
}
