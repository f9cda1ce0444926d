import { expect, it } from 'vitest'
import { describeBasis, formatMoney, formatParameters } from './describe'

it('writes sizes and sums as people do', () => {
  expect([3_212_749_824, 41_943_040, 1_126_400, 900].map(formatParameters)).toEqual([
    '3.21 B',
    '42 M',
    '1.1 M',
    '900',
  ])
  expect(formatMoney({ amount: 3.2, currency: 'EUR' })).toBe('€3.20')
  expect(formatMoney({ amount: 0.0041, currency: 'USD' })).toBe('$0.0041')
})

it('says what a time rests on, or why there is none', () => {
  const cpu = { kind: 'cpu', name: 'Xeon', measured: null }
  expect(describeBasis({ basis: 'unknown' }, cpu, true)).toBe('a first run on this model will tell the time')
  expect(describeBasis({ basis: 'unknown' }, { ...cpu, kind: 'cuda', name: 'GeForce X' }, true)).toContain(
    'GeForce X',
  )
  expect(describeBasis({ basis: 'unknown' }, cpu, false)).toContain('no data')
  const measured = { ...cpu, measured: { runNumber: 4 } }
  expect(describeBasis({ basis: 'measured' }, measured, true)).toBe('from the speed of run 4')
})
