/** The right to execute an attempt, and how long it lasts without a word of its agent. */
export const leaseMs = 10 * 60_000

/** The lease's token outlives any training; what it opens ends with the attempt, which is looked up each time. */
export const leaseTokenSeconds = 14 * 24 * 3600
