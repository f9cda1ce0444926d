/** Intervals and timeouts of the agent, in milliseconds. */
export type Timings = {
  /** From a cancel to SIGKILL: the time for the trainer's checkpoint. */
  cancelGraceMs: number
  /** The same when the agent itself is stopping. */
  stopGraceMs: number
  /** How long a trainer may run after its run-end. */
  lingerMs: number
  /** A trainer without output for this long is ended. */
  silenceMs: number
  renewEveryMs: number
  pollWorkMs: number
  /** The interval of hardware samples. */
  sampleEveryMs: number
  /** How often checkpoints that are too old are looked for. */
  tidyEveryMs: number
}

export const defaultTimings: Timings = {
  cancelGraceMs: 30_000,
  stopGraceMs: 8_000,
  lingerMs: 10_000,
  silenceMs: 30 * 60_000,
  renewEveryMs: 30_000,
  pollWorkMs: 20_000,
  sampleEveryMs: 5_000,
  tidyEveryMs: 60 * 60_000,
}
