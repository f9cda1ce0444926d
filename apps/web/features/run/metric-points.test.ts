import { describe, expect, it } from 'vitest'
import { appendPoints, lastStep, type MetricSeries } from './metric-points'

const loss: MetricSeries = {
  key: 'loss',
  points: [
    [10, 2],
    [20, 1.5],
  ],
}

describe('curves that grow', () => {
  it('asks after the highest step of any series', () => {
    expect(lastStep(undefined)).toBeUndefined()
    expect(lastStep([loss, { key: 'speed', points: [[25, 900]] }])).toBe(25)
  })

  it('appends only what is new and lets a new series join', () => {
    const merged = appendPoints(
      [loss],
      [
        {
          key: 'loss',
          points: [
            [20, 9],
            [30, 1.2],
          ],
        },
        { key: 'grad_norm', points: [[30, 0.4]] },
      ],
    )
    expect(merged).toEqual([
      {
        key: 'loss',
        points: [
          [10, 2],
          [20, 1.5],
          [30, 1.2],
        ],
      },
      { key: 'grad_norm', points: [[30, 0.4]] },
    ])
  })
})
