import { setTimeout as sleep } from 'node:timers/promises'
import { DiskError } from '@palate/config'

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

/**
 * Repeats a task until it succeeds, throws a FinalError or a DiskError, or the signal aborts (then the signal's reason is
 * thrown). A person must free a disk, so nobody waits for it in silence.
 */
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
      if (error instanceof FinalError || error instanceof DiskError) throw error
      failures += 1
      options.onFailure?.(error, failures)
      await sleep(backoffMs(failures), undefined, { signal: options.signal })
    }
  }
}

/** Statuses of temporary errors, such as two requests of one upload that disagree on its offset. */
const temporary = new Set([408, 423, 425, 429, 460])

/**
 * The error of a response that is not a success: a FinalError where a retry cannot help, which is every 4xx except
 * timeouts, temporary conflicts and rate limits.
 */
export function readErrorResponse(status: number, body: string): Error {
  const { code, message } = readBody(body)
  const sentence = `The hub answered ${status}${message ? `: ${message}` : '.'}`
  const again = status >= 500 || temporary.has(status) || (status === 409 && code === 'refused')
  return again ? new Error(sentence) : new FinalError(sentence, code)
}

function readBody(text: string): { code: string; message: string } {
  try {
    const value = JSON.parse(text) as { error?: { code?: unknown; message?: unknown } }
    return { code: String(value.error?.code ?? 'refused'), message: String(value.error?.message ?? '') }
  } catch {
    return { code: 'refused', message: text.slice(0, 200) }
  }
}
