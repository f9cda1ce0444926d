import { expect, it } from 'vitest'
import { readSmoothing } from './chart/use-smoothing'
import { chooseTab } from './use-tab'

it('shows the tab of the address, and the first one where there is none like it', () => {
  expect(chooseTab('logs', ['charts', 'logs'], 'charts')).toBe('logs')
  expect(chooseTab('samples', ['logs', 'config'], 'logs')).toBe('logs')
  expect(chooseTab(null, ['charts', 'logs'], 'charts')).toBe('charts')
})

it('reads the smoothing that was kept, and the standard from anything else', () => {
  expect(['0', '0.98', '0.4'].map(readSmoothing)).toEqual([0, 0.98, 0.4])
  expect([null, '', 'much', '2', '-1'].map(readSmoothing)).toEqual([0.6, 0.6, 0.6, 0.6, 0.6])
})
