import { limits } from '@palate/config'
import { DomainError } from '@palate/core'

const windowMs = 60_000

/** Calls of an address without a session or a key, in the memory of this process: they change little, so it suffices. */
export class AnonymousLimit {
  private counts = new Map<string, number>()
  private startedAt = 0

  /** @throws DomainError `rate_limited` */
  take(address: string, now: number): void {
    if (now - this.startedAt >= windowMs) {
      this.startedAt = now
      this.counts = new Map()
    }
    const count = (this.counts.get(address) ?? 0) + 1
    this.counts.set(address, count)
    if (count > limits.procedure.anonymousPerMinute)
      throw new DomainError(
        'rate_limited',
        'Too many requests without a sign-in.',
        'Wait a minute, or sign in.',
      )
  }
}
