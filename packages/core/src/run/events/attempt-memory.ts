import { type LiveTopic, liveNoticeEveryMs, type MetricAxis } from '@palate/protocol'

/** A series of an attempt: its number, and the highest position that has a point. */
export interface Series {
  id: number
  last: number
}

export type SeriesByKey = Map<string, Series>

/**
 * What a process remembers of an attempt between chunks. It is dropped after an error, which may have been a rollback,
 * and then read again.
 */
export class AttemptMemory {
  readonly series: Readonly<Record<MetricAxis, SeriesByKey>> = { step: new Map(), seconds: new Map() }
  readonly notices = new NoticeThrottle()

  forget(): void {
    this.series.step.clear()
    this.series.seconds.clear()
  }
}

/** Sends what changed to the browsers. */
type Send = (topics: LiveTopic[]) => Promise<void>

/**
 * Announces what an attempt's chunks changed, at most once in `liveNoticeEveryMs`. Changes in between are announced at
 * the end of that time. If this process dies, the waiting notices are lost; but its browsers then lose their sockets too,
 * and read everything again when they reconnect.
 */
export class NoticeThrottle {
  private readonly waiting = new Set<LiveTopic>()
  private sentAt = Number.NEGATIVE_INFINITY
  private timer: NodeJS.Timeout | null = null

  constructor(private readonly everyMs = liveNoticeEveryMs) {}

  /**
   * @param urgent announce now, without a delay
   * @returns the topics to announce in the current transaction; empty when they wait
   */
  take(topics: Iterable<LiveTopic>, urgent: boolean): LiveTopic[] {
    for (const topic of topics) this.waiting.add(topic)
    if (!urgent && performance.now() - this.sentAt < this.everyMs) return []
    const taken = [...this.waiting]
    this.waiting.clear()
    if (taken.length > 0) this.sentAt = performance.now()
    return taken
  }

  /** Call it after the commit: announces the waiting topics at the end of the delay. */
  sendLater(send: Send): void {
    if (this.waiting.size === 0 || this.timer) return
    const waitMs = Math.max(0, this.sentAt + this.everyMs - performance.now())
    this.timer = setTimeout(() => {
      this.timer = null
      const topics = this.take([], true)
      if (topics.length > 0) void send(topics)
    }, waitMs).unref()
  }

  /** Call it after a rollback, which has also undone the announcement. */
  putBack(topics: readonly LiveTopic[]): void {
    for (const topic of topics) this.waiting.add(topic)
  }
}
