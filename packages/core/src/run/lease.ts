/** How long the right to execute an attempt lasts without a word of its agent, where PALATE_LEASE_SECONDS is not set. */
export const leaseMs = 10 * 60_000

/** The lease's token outlives any training; what it opens ends with the attempt, which is looked up each time. */
export const leaseTokenSeconds = 14 * 24 * 3600
