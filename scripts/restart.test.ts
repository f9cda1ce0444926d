import { expect, test } from 'vitest'
import { describeDeath, findLastLine, planRestart } from './lib/restart.mjs'

const policy = { firstSeconds: 0.5, slowestSeconds: 30, windowSeconds: 600, budget: 8 }
const hour = 3_600_000

test.each([
  { name: 'the first death', earlier: [], delayMs: 500, counted: 1, isUsedUp: false },
  {
    name: 'each further one doubles the wait',
    earlier: [1000, 2000],
    delayMs: 2000,
    counted: 3,
    isUsedUp: false,
  },
  {
    name: 'up to the slowest pace',
    earlier: [1, 2, 3, 4, 5, 6, 7],
    delayMs: 30_000,
    counted: 8,
    isUsedUp: false,
  },
  {
    name: 'past the budget it goes on',
    earlier: Array(20).fill(1),
    delayMs: 30_000,
    counted: 21,
    isUsedUp: true,
  },
])('$name', ({ earlier, delayMs, counted, isUsedUp }) => {
  const plan = planRestart(earlier, 10_000, policy)
  expect({ ...plan, deaths: plan.deaths.length }).toEqual({ delayMs, isUsedUp, deaths: counted })
})

test('a part that ends once an hour is started at once each time, forever', () => {
  let deaths: number[] = []
  for (let count = 1; count <= 50; count += 1) {
    const plan = planRestart(deaths, count * hour, policy)
    expect(plan).toEqual({ deaths: [count * hour], delayMs: 500, isUsedUp: false })
    deaths = plan.deaths
  }
})

test('after a quiet window the wait is short again', () => {
  let deaths: number[] = []
  for (let count = 0; count < 30; count += 1) deaths = planRestart(deaths, count * 1000, policy).deaths
  expect(planRestart(deaths, 29_000 + 600_000, policy)).toMatchObject({ delayMs: 500, isUsedUp: false })
})

test('the terminal says what ended, why, and when it is tried again', () => {
  const death = { name: 'PostgreSQL', code: null, signal: 'SIGKILL', lastLine: '', logFile: 'p.log' } as const
  expect(describeDeath(death, planRestart([], 0, policy), policy)).toBe(
    'PostgreSQL was ended by SIGKILL. It is started again in 0.5 s.',
  )
  const failed = { name: 'The hub', code: 1, signal: null, lastLine: 'Error: no disk', logFile: 'hub.log' }
  expect(describeDeath(failed, planRestart(Array(8).fill(0), 1, policy), policy)).toBe(
    'The hub ended with 1. It has ended 9 times within 10 min; it is tried again every 30 s until it stays up. Look into hub.log.\n  Its last line: Error: no disk',
  )
})

test.each([
  {
    name: 'the error before a stack',
    lines: [
      'node:net:1',
      '    ^',
      '',
      'Error: listen EADDRINUSE: address',
      '    at x',
      '}',
      '',
      'Node.js v20',
    ],
    failed: true,
    line: 'Error: listen EADDRINUSE: address',
  },
  {
    name: 'the newest line of one that was killed',
    lines: ['Error: old', 'working'],
    failed: false,
    line: 'working',
  },
  { name: 'nothing', lines: [], failed: true, line: '' },
])('finds the line with the cause: $name', ({ lines, failed, line }) => {
  expect(findLastLine(lines, failed)).toBe(line)
})
