import { EventEmitter } from 'node:events'
import type { LiveTopic } from '@palate/protocol'
import { QueryClient, QueryObserver } from '@tanstack/react-query'
import type { Socket } from 'socket.io-client'
import { afterEach, beforeEach, expect, it, vi } from 'vitest'
import { type LiveState, openLive } from './live-connection'

beforeEach(() => void vi.useFakeTimers())
afterEach(() => void vi.useRealTimers())

/** A socket without a hub: the test plays what the hub sends. */
class FakeSocket extends EventEmitter {
  active = true
  connect = vi.fn()
  close = vi.fn()
  push = (topic: LiveTopic, id: string) => this.emit('changed', { workspaceId: 'ws_1', topic, id })
}

/** A page that shows a run; each request is answered by the test, with the time at which it was sent. */
function openPage() {
  const socket = new FakeSocket()
  const queryClient = new QueryClient()
  const states: LiveState[] = []
  const requests: { answer: () => Promise<unknown>; isCanceled: () => boolean }[] = []
  const observer = new QueryObserver(queryClient, {
    queryKey: [['run', 'get'], { input: { id: 'run_1' }, type: 'query' }],
    queryFn: ({ signal }) =>
      new Promise((resolve) => {
        const number = requests.length + 1
        requests.push({
          answer: () => {
            resolve(number)
            return vi.advanceTimersByTimeAsync(0)
          },
          isCanceled: () => signal.aborted,
        })
      }),
  })
  observer.subscribe(() => undefined)
  const close = openLive(socket as unknown as Socket, queryClient, (state) => states.push(state))
  const wait = (ms: number) => vi.advanceTimersByTimeAsync(ms)
  return { socket, states, requests, wait, close, shown: () => observer.getCurrentResult().data }
}

it('a change during the first request of a page is asked for after it', async () => {
  const { socket, requests, wait, shown } = openPage()
  socket.push('run', 'run_1')
  await wait(100)
  expect(requests).toHaveLength(1)
  await requests[0]?.answer()
  await wait(600)
  expect(requests).toHaveLength(2)
  await requests[1]?.answer()
  expect(shown()).toBe(2)
  await wait(2000)
  expect(requests).toHaveLength(2)
})

it('however often a run changes, a slow request is not canceled, and one more follows the last change', async () => {
  const { socket, requests, wait, shown } = openPage()
  await requests[0]?.answer()
  for (let push = 0; push < 20; push += 1) {
    socket.push('run-progress', 'run_1')
    await wait(100)
  }
  expect(requests).toHaveLength(2)
  expect(requests[1]?.isCanceled()).toBe(false)
  await requests[1]?.answer()
  await wait(600)
  await requests[2]?.answer()
  expect([requests.length, shown()]).toEqual([3, 3])
  socket.push('run-progress', 'run_2')
  await wait(300)
  expect(requests).toHaveLength(3)
})

it('without its socket a page says so and asks slowly; with it again it asks once for what it missed', async () => {
  const { socket, states, requests, wait, close } = openPage()
  const answerAll = () => Promise.all(requests.map(({ answer }) => answer()))
  await answerAll()
  socket.emit('connect')
  await wait(100)
  await answerAll()
  expect([requests.length, states]).toEqual([2, ['connecting', 'connected']])
  socket.active = false // the hub closed it: socket.io does not connect again by itself
  socket.emit('disconnect')
  await wait(2000)
  expect(states.at(-1)).toBe('connected')
  await wait(2000)
  expect(states.at(-1)).toBe('paused')
  await answerAll()
  await wait(2000)
  expect(socket.connect).toHaveBeenCalledTimes(1)
  await wait(15_000)
  await answerAll()
  expect(requests).toHaveLength(4)
  socket.emit('connect')
  await wait(1000)
  await answerAll()
  await wait(60_000)
  expect([requests.length, states.at(-1)]).toEqual([5, 'connected'])
  close()
  expect(socket.close).toHaveBeenCalled()
  expect(vi.getTimerCount()).toBe(0)
})
