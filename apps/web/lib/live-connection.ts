import type { LiveNotice } from '@palate/protocol'
import type { Query, QueryClient } from '@tanstack/react-query'
import type { Socket } from 'socket.io-client'
import { concerns, readNotice, readQueryKey } from './live-queries'

/** `paused`: nothing is pushed now; the pages ask again every now and then until the socket is back. */
export type LiveState = 'connecting' | 'connected' | 'paused'

/** A connection that is back within this time interrupts nothing. */
const pausedAfterMs = 3000
const askWhilePausedMs = 15_000
/** The hub refused or closed the connection: socket.io leaves it to us to try again. */
const reconnectMs = 5000

/**
 * Keeps the queries of a page up to date by what the socket pushes. While it is down the page asks slowly; when it is
 * back, and at its first connection, the page asks for everything that may have changed in between.
 *
 * @returns closes the socket and ends all timers
 */
export function openLive(
  socket: Socket,
  queryClient: QueryClient,
  onState: (state: LiveState) => void = () => undefined,
): () => void {
  const refresh = new LiveRefresh(queryClient)
  const askForAll = () => refresh.notice({ topic: 'workspace', id: '' })
  let asking: ReturnType<typeof setInterval> | undefined
  let pausing: ReturnType<typeof setTimeout> | undefined
  let reconnecting: ReturnType<typeof setTimeout> | undefined
  const pauseSoon = () => {
    pausing ??= setTimeout(() => {
      onState('paused')
      askForAll()
      asking = setInterval(askForAll, askWhilePausedMs)
    }, pausedAfterMs)
  }
  const stopTimers = () => {
    clearTimeout(pausing)
    clearTimeout(reconnecting)
    clearInterval(asking)
    pausing = undefined
  }
  const onLost = () => {
    pauseSoon()
    clearTimeout(reconnecting)
    if (!socket.active) reconnecting = setTimeout(() => socket.connect(), reconnectMs)
  }
  pauseSoon()
  onState('connecting')
  socket.on('connect', () => {
    stopTimers()
    onState('connected')
    askForAll()
  })
  socket.on('disconnect', onLost)
  socket.on('connect_error', onLost)
  socket.on('changed', (message: unknown) => {
    const notice = readNotice(message)
    if (notice) refresh.notice(notice)
  })
  return () => {
    socket.off('disconnect', onLost)
    socket.close()
    stopTimers()
    refresh.close()
  }
}

/** A query is asked again this often at most, however many notices concern it. */
const refetchEveryMs = 500
/** Notices that belong together arrive within this time and cause one request. */
const gatherMs = 50

/**
 * Asks the queries again that a notice concerns. Each query has one request at a time: a notice that arrives meanwhile
 * causes another one after it, so that a slow answer is neither canceled again and again nor taken for the newest.
 */
class LiveRefresh {
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
      // The first request of a query is joined, not sent again, and may have been answered before the change.
      state.changed = query.state.data === undefined && query.state.fetchStatus === 'fetching'
      const { queryKey } = query
      await this.queryClient.refetchQueries({ queryKey, exact: true, type: 'active' })
      if (state.changed && !this.isClosed)
        this.send(query, state, Math.max(gatherMs, refetchEveryMs - (Date.now() - sentAt)))
      else this.busy.delete(query.queryHash)
    }, waitMs)
    this.timers.add(timer)
  }
}
