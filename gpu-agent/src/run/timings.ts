/** How patient the agent is, in milliseconds. */
export type Timings = {
  /** From a cancel to SIGKILL: time for the trainer's checkpoint. */
  cancelGraceMs: number
  /** The same when the agent itself is stopping. */
  stopGraceMs: number
  /** How long a trainer may live on after its run-end. */
  lingerMs: number
  /** A trainer that says nothing for so long hangs. */
  silenceMs: number
  renewEveryMs: number
  pollWorkMs: number
  /** How often the machine is looked at. */
  sampleEveryMs: number
}

export const defaultTimings: Timings = {
  cancelGraceMs: 30_000,
  stopGraceMs: 8_000,
  lingerMs: 10_000,
  silenceMs: 30 * 60_000,
  renewEveryMs: 30_000,
  pollWorkMs: 20_000,
  sampleEveryMs: 5_000,
}
