/** A curve of an attempt: its number, and the highest step that has a point. */
export interface Series {
  id: number
  lastStep: number
}

/** Browsers gather looks for half a second anyway. */
const gatherMs = 250

/**
 * What a process remembers of an attempt from batch to batch. All of it can be read again: after an error, which may
 * have been a rollback, it is forgotten.
 */
export class AttemptMemory {
  readonly series = new Map<string, Series>()
  private lookedAt = Number.NEGATIVE_INFINITY
  private timer: NodeJS.Timeout | null = null

  forget(): void {
    this.series.clear()
    this.lookedAt = Number.NEGATIVE_INFINITY
  }

  /** Whether browsers are to be told now, with the batch. If not, tell them by `notifyLater`. */
  mayLook(): boolean {
    const now = performance.now()
    if (now - this.lookedAt < gatherMs) return false
    this.lookedAt = now
    if (this.timer) clearTimeout(this.timer)
    this.timer = null
    return true
  }

  /** Tells them a moment later, once for all batches until then. */
  notifyLater(tell: () => Promise<void>): void {
    this.timer ??= setTimeout(() => {
      this.timer = null
      this.lookedAt = performance.now()
      void tell()
    }, gatherMs).unref()
  }
}
