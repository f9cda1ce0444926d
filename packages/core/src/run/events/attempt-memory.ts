import { type LiveTopic, liveNoticeEveryMs, type MetricAxis } from '@palate/protocol'

/** A series of an attempt: its number, and the highest position that has a point. */
export interface Series {
  id: number
  last: number
}

export type SeriesByKey = Map<string, Series>

/**
 * What a process remembers of an attempt from batch to batch. All of it can be read again: after an error, which may
 * have been a rollback, it is forgotten.
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
 * Announces what an attempt's batches changed, at most once in `liveNoticeEveryMs`. What changes in between is announced
 * at the end of that time, so the last change always is. Only this process knows what waits: where it dies, its
 * browsers lose their sockets with it and ask for everything when they are back.
 */
export class NoticeThrottle {
  private readonly waiting = new Set<LiveTopic>()
  private sentAt = Number.NEGATIVE_INFINITY
  private timer: NodeJS.Timeout | null = null

  constructor(private readonly everyMs = liveNoticeEveryMs) {}

  /**
   * @param urgent send now, whatever was sent before
   * @returns the topics to announce with the transaction under way; empty where they wait
   */
  take(topics: Iterable<LiveTopic>, urgent: boolean): LiveTopic[] {
    for (const topic of topics) this.waiting.add(topic)
    if (!urgent && performance.now() - this.sentAt < this.everyMs) return []
    const taken = [...this.waiting]
    this.waiting.clear()
    if (taken.length > 0) this.sentAt = performance.now()
    return taken
  }

  /** After the commit: announces what still waits when its time has come. */
  sendLater(send: Send): void {
    if (this.waiting.size === 0 || this.timer) return
    const waitMs = Math.max(0, this.sentAt + this.everyMs - performance.now())
    this.timer = setTimeout(() => {
      this.timer = null
      const topics = this.take([], true)
      if (topics.length > 0) void send(topics)
    }, waitMs).unref()
  }

  /** After a rollback, which took the announcement with it: some of these topics may wait from a batch before. */
  putBack(topics: readonly LiveTopic[]): void {
    for (const topic of topics) this.waiting.add(topic)
  }
}
