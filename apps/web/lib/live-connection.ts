import { LiveNotice } from '@palate/protocol'
import type { QueryClient } from '@tanstack/react-query'
import type { Socket } from 'socket.io-client'
import { LiveRefresh } from './live-refresh'

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
    const notice = LiveNotice.safeParse(message)
    if (notice.success) refresh.notice(notice.data)
  })
  return () => {
    socket.off('disconnect', onLost)
    socket.close()
    stopTimers()
    refresh.close()
  }
}
