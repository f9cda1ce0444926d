import { type LiveTopic, liveNoticeEveryMs } from '@palate/protocol'
import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { NoticeThrottle } from './attempt-memory'

beforeEach(() => void vi.useFakeTimers())
afterEach(() => void vi.useRealTimers())

function open() {
  const sent: LiveTopic[][] = []
  const throttle = new NoticeThrottle()
  /** As the recorder does with each chunk: announces with the commit, or later. */
  const commit = (topics: LiveTopic[], urgent = false) => {
    const now = throttle.take(topics, urgent)
    if (now.length > 0) sent.push(now)
    throttle.sendLater(async (later) => void sent.push(later))
  }
  return { throttle, sent, commit }
}

test('the first change is announced at once, and the last one always', () => {
  const { sent, commit } = open()
  commit(['run-metrics'])
  expect(sent).toEqual([['run-metrics']])
  for (let chunk = 0; chunk < 20; chunk += 1) commit(['run-metrics', 'run-progress'])
  commit(['run-logs'])
  expect(sent).toHaveLength(1)
  vi.advanceTimersByTime(liveNoticeEveryMs)
  expect(sent.slice(1)).toEqual([['run-metrics', 'run-progress', 'run-logs']])
  vi.advanceTimersByTime(10 * liveNoticeEveryMs)
  expect(sent).toHaveLength(2)
})

test('a run that records all the time is announced once per interval', () => {
  const { sent, commit } = open()
  for (let ms = 0; ms < 10 * liveNoticeEveryMs; ms += 10) {
    commit(['run-metrics'])
    vi.advanceTimersByTime(10)
  }
  expect(sent.length).toBeGreaterThanOrEqual(10)
  expect(sent.length).toBeLessThanOrEqual(11)
})

test("a run's end is announced with its commit, together with waiting topics", () => {
  const { sent, commit } = open()
  commit(['run-metrics'])
  commit(['run-logs'])
  commit(['run'], true)
  expect(sent).toEqual([['run-metrics'], ['run-logs', 'run']])
  vi.advanceTimersByTime(10 * liveNoticeEveryMs)
  expect(sent).toHaveLength(2)
})

test('what a rollback has undone is announced later', () => {
  const { throttle, sent, commit } = open()
  throttle.putBack(throttle.take(['run-metrics'], false))
  commit([])
  vi.advanceTimersByTime(liveNoticeEveryMs)
  expect(sent).toEqual([['run-metrics']])
})
