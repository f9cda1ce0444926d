import { expect, test, vi } from 'vitest'
import { startOfDay } from './start-of-day'

test.each([
  ['Pacific/Auckland', '2026-03-01T19:05:00Z', '2026-03-01T11:00:00.000Z'],
  ['America/Los_Angeles', '2026-03-02T05:00:00Z', '2026-03-01T08:00:00.000Z'],
  ['Europe/Berlin', '2026-03-29T10:00:00Z', '2026-03-28T23:00:00.000Z'], // this day has 23 hours
  ['UTC', '2026-03-01T00:00:00Z', '2026-03-01T00:00:00.000Z'],
])('a day in %s', (zone, now, start) => {
  vi.stubEnv('TZ', zone)
  try {
    expect(startOfDay(new Date(now)).toISOString()).toBe(start)
  } finally {
    vi.unstubAllEnvs()
  }
})
