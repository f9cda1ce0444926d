import { EventEmitter } from 'node:events'
import type { ServerResponse } from 'node:http'
import { expect, it, vi } from 'vitest'
import { openPageQueue } from './page-queue.mjs'

/** Of a response, what the queue listens to. */
class Fake extends EventEmitter {
  destroyed = false

  leave(): void {
    this.destroyed = true
    this.emit('close')
  }

  get response(): ServerResponse {
    return this as unknown as ServerResponse
  }
}

const share = (key: string, rest = 0) => ({ key, atOnce: 2, rest })

const settled = async (promise: Promise<boolean>) =>
  Promise.race([promise, new Promise((resolve) => setImmediate(() => resolve('waits')))])

it('keys wait for their own places, and a place goes to the next who may have it', async () => {
  const queue = openPageQueue({ atOnce: 3, waitingPerKey: 1 })
  const [first, second, third] = [new Fake(), new Fake(), new Fake()]
  expect(await queue.enter(share('a'), first.response)).toBe(true)
  expect(await queue.enter(share('a'), second.response)).toBe(true)
  const waiting = queue.enter(share('a'), third.response)
  expect(await settled(waiting)).toBe('waits')
  expect(await queue.enter(share('a'), new Fake().response)).toBe(false)
  expect(await queue.enter(share('b'), new Fake().response)).toBe(true)
  first.emit('prefinish')
  first.emit('close')
  expect(await waiting).toBe(true)
  expect(await settled(queue.enter(share('c'), new Fake().response))).toBe('waits')
})

it('who is gone gives up the wait, and takes no place', async () => {
  const queue = openPageQueue({ atOnce: 1, waitingPerKey: 5 })
  const [first, gone, last] = [new Fake(), new Fake(), new Fake()]
  await queue.enter(share('a'), first.response)
  const [left, waits] = [queue.enter(share('a'), gone.response), queue.enter(share('b'), last.response)]
  gone.leave()
  expect(await left).toBe(false)
  first.emit('close')
  expect(await waits).toBe(true)
})

it('a place rests as long as its request took, many times, but not for long', async () => {
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'performance'] })
  try {
    const queue = openPageQueue({ atOnce: 1, waitingPerKey: 5 })
    const first = new Fake()
    await queue.enter(share('a', 3), first.response)
    const waits = queue.enter(share('b'), new Fake().response)
    vi.advanceTimersByTime(10)
    first.emit('prefinish')
    vi.advanceTimersByTime(29)
    expect(await settled(waits)).toBe('waits')
    vi.advanceTimersByTime(1)
    expect(await waits).toBe(true)
  } finally {
    vi.useRealTimers()
  }
})

it('who reads slowly keeps a place for some seconds only', async () => {
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] })
  try {
    const queue = openPageQueue({ atOnce: 1, waitingPerKey: 5 })
    await queue.enter(share('a'), new Fake().response)
    const waits = queue.enter(share('b'), new Fake().response)
    expect(await settled(waits)).toBe('waits')
    vi.advanceTimersByTime(10_000)
    expect(await waits).toBe(true)
  } finally {
    vi.useRealTimers()
  }
})
