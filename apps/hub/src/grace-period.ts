/**
 * Whether leases may expire yet. After this hub started, or after the database was down, no agent could renew its
 * lease, so agents first get `graceMs` to reconnect. Otherwise one long outage would take every run from agents that
 * kept working.
 */
export class GracePeriod {
  private healthySince = 0
  private lastCheck = Number.NEGATIVE_INFINITY

  /** @param gapMs a longer time between two calls means that the hub or the database was down in between */
  constructor(
    private readonly graceMs: number,
    private readonly gapMs: number,
  ) {}

  /** Must be called at every sweep at which the database answered. */
  isOver(now: number): boolean {
    if (now - this.lastCheck > this.gapMs) this.healthySince = now
    this.lastCheck = now
    return now - this.healthySince >= this.graceMs
  }
}
