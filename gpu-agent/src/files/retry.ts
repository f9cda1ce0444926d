import { setTimeout as sleep } from 'node:timers/promises'

/** A failure that a retry cannot help. */
export class FinalError extends Error {
  constructor(
    message: string,
    /** The hub's error code where it gave one, such as `lease_lost`. */
    readonly code: string = 'refused',
  ) {
    super(message)
    this.name = 'FinalError'
  }
}

/** Exponential from 250 ms to 30 s, half of it random, so that agents do not retry at the same time. */
export function backoffMs(failures: number): number {
  const full = Math.min(30_000, 250 * 2 ** Math.min(failures, 10))
  return full / 2 + (Math.random() * full) / 2
}

/** Repeats a task until it succeeds, throws a FinalError, or the signal aborts (then the signal's reason is thrown). */
export async function retry<T>(
  task: (signal: AbortSignal) => Promise<T>,
  options: { signal: AbortSignal; onFailure?: (error: unknown, failures: number) => void },
): Promise<T> {
  for (let failures = 0; ; ) {
    options.signal.throwIfAborted()
    try {
      return await task(options.signal)
    } catch (error) {
      options.signal.throwIfAborted()
      if (error instanceof FinalError) throw error
      failures += 1
      options.onFailure?.(error, failures)
      await sleep(backoffMs(failures), undefined, { signal: options.signal })
    }
  }
}
