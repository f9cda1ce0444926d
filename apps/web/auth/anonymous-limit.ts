import { limits } from '@palate/config'
import { openBudget } from '@palate/config/http/budget'
import { DomainError } from '@palate/core'

/** Calls of an address without a session or a key, in the memory of this process: they change little, so it suffices. */
export class AnonymousLimit {
  private readonly calls = openBudget(limits.procedure.anonymousPerMinute)

  /**
   * @param count of calls in one request
   * @throws DomainError `rate_limited`
   */
  async take(address: string, count: number): Promise<void> {
    if (await this.calls.take(address, count)) return
    throw new DomainError(
      'rate_limited',
      'Too many requests without a sign-in.',
      'Wait a minute, or sign in.',
    )
  }
}
