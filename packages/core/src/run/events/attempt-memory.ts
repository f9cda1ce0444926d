import type { MetricAxis } from '@palate/protocol'
import { NoticeThrottle } from './notice-throttle'

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
