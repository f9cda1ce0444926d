/**
 * Whether leases may be taken away yet. A lease that nobody could renew says nothing about its agent: after this hub
 * started, or the database was away, agents get `graceMs` to come back first. Otherwise one long outage would take every
 * run from an agent that had worked on all along.
 */
export class GracePeriod {
  private wellSince = 0
  private lastCheck = Number.NEGATIVE_INFINITY

  /** @param gapMs a longer time between two looks means that something was away in between */
  constructor(
    private readonly graceMs: number,
    private readonly gapMs: number,
  ) {}

  /** To be asked at every sweep for which the database answered. */
  isOver(now: number): boolean {
    if (now - this.lastCheck > this.gapMs) this.wellSince = now
    this.lastCheck = now
    return now - this.wellSince >= this.graceMs
  }
}
