import type { RunProgress } from '@palate/db'
import { expect, it } from 'vitest'
import { advanceProgress, estimateSecondsLeft, forgetSpeed, toProgressView } from './progress'

const total = 1000
const training = (step: number) => ({ stage: 'training', step, totalSteps: total })

/** Reports from step to step, `secondsPerStep` apart. */
function follow(from: RunProgress | null, steps: readonly number[], secondsPerStep: number): RunProgress {
  let [progress, at, last] = [from, from?.at ?? 0, from?.step ?? 0]
  for (const step of steps) {
    at += Math.max(0, step - last) * secondsPerStep * 1000
    progress = advanceProgress(progress, training(step), at)
    last = step
  }
  if (!progress) throw new Error('no steps')
  return progress
}
const every5 = (from: number, to: number) =>
  Array.from({ length: (to - from) / 5 + 1 }, (_, index) => from + 5 * index)

it('knows nothing after one report, and the time left after two', () => {
  expect(estimateSecondsLeft(follow(null, [5], 2))).toBeNull()
  expect(estimateSecondsLeft(follow(null, [5, 10], 2))).toBe(2 * 990)
  expect(estimateSecondsLeft(follow(null, every5(5, total), 2))).toBe(0)
})

it('takes the speed of the last fifth of the steps', () => {
  const slow = follow(null, every5(5, 500), 4)
  expect(estimateSecondsLeft(follow(slow, every5(505, 750), 1))).toBe(250)
  const half = estimateSecondsLeft(follow(slow, every5(505, 600), 1)) ?? 0
  expect(half).toBeGreaterThan(400)
  expect(half).toBeLessThan(4 * 400)
})

it('keeps a few marks, however many reports', () => {
  const steps = Array.from({ length: 1000 }, (_, index) => index + 1)
  expect(follow(null, steps, 1).marks.length).toBe(11)
})

it('starts over after a stage, a resumption and a new attempt', () => {
  const known = follow(null, every5(5, 500), 2)
  const next = advanceProgress(known, { stage: 'export', step: 1000, totalSteps: total }, known.at + 60_000)
  expect(estimateSecondsLeft(next)).toBeNull()
  const resumed = advanceProgress(known, training(405), known.at + 3_600_000)
  expect(estimateSecondsLeft(resumed)).toBeNull()
  expect(estimateSecondsLeft(follow(resumed, [410], 3))).toBe(3 * 590)
  const again = advanceProgress(forgetSpeed(known), training(505), known.at + 3_600_000)
  expect(estimateSecondsLeft(again)).toBeNull()
})

it('shows no marks', () => {
  expect(toProgressView(follow(null, [5, 10], 2))).toEqual({ ...training(10), secondsLeft: 1980 })
  expect(toProgressView(null)).toBeNull()
})
