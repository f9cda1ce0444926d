import type { LiveNotice } from '@palate/protocol'
import type { Query, QueryClient } from '@tanstack/react-query'
import { concerns, readQueryKey } from './live-queries'

/** A query is asked again this often at most, however many notices concern it. */
const refetchEveryMs = 500
/** Notices that belong together arrive within this time and cause one request. */
const gatherMs = 50

/**
 * Asks the queries again that a notice concerns. Each query has one request at a time: a notice that arrives meanwhile
 * causes another one after it, so that a slow answer is neither canceled again and again nor taken for the newest.
 */
export class LiveRefresh {
  /** Queries that are being asked again, and whether they changed since their request was sent. */
  private readonly busy = new Map<string, { changed: boolean }>()
  private readonly timers = new Set<ReturnType<typeof setTimeout>>()
  private isClosed = false

  constructor(private readonly queryClient: QueryClient) {}

  notice(notice: Pick<LiveNotice, 'topic' | 'id'>): void {
    for (const query of this.queryClient.getQueryCache().getAll()) {
      const read = readQueryKey(query.queryKey)
      if (!read || !concerns(notice, { ...read, data: query.state.data })) continue
      query.invalidate() // one that no page shows now is asked when a page shows it
      if (query.isActive()) this.refetch(query)
    }
  }

  close(): void {
    this.isClosed = true
    for (const timer of this.timers) clearTimeout(timer)
    this.timers.clear()
  }

  private refetch(query: Query): void {
    const running = this.busy.get(query.queryHash)
    if (running) running.changed = true
    else this.send(query, { changed: true }, gatherMs)
  }

  private send(query: Query, state: { changed: boolean }, waitMs: number): void {
    this.busy.set(query.queryHash, state)
    const timer = setTimeout(async () => {
      this.timers.delete(timer)
      const sentAt = Date.now()
      state.changed = false
      const { queryKey } = query
      await this.queryClient.refetchQueries({ queryKey, exact: true, type: 'active' })
      if (state.changed && !this.isClosed)
        this.send(query, state, Math.max(gatherMs, refetchEveryMs - (Date.now() - sentAt)))
      else this.busy.delete(query.queryHash)
    }, waitMs)
    this.timers.add(timer)
  }
}
