import { expect, it } from 'vitest'
import { describeBasis, describePrecision } from './describe'

it('names what a time estimate is based on, or why there is none', () => {
  const cpu = { kind: 'cpu', name: 'Xeon', measured: null }
  const unknown = { basis: 'unknown' } as const
  expect(describeBasis(unknown, cpu, true)).toBe('a first run on this model gives a time estimate')
  expect(describeBasis(unknown, { ...cpu, kind: 'cuda', name: 'GeForce X' }, true)).toContain('GeForce X')
  expect(describeBasis(unknown, cpu, false)).toContain('no training data')
  const measured = { ...cpu, measured: { runNumber: 4 } }
  expect(describeBasis({ basis: 'measured' }, measured, true)).toBe('based on the speed of run 4')
})

it('says which precision it assumes, and why', () => {
  expect(describePrecision({ precision: 'fp32' }, 'auto', 'cpu')).toBe(
    'assumes float32, which is faster on a CPU',
  )
  expect(describePrecision({ precision: 'bf16' }, 'bf16', 'cpu')).toBe('assumes bf16, as set')
  expect(describePrecision({ precision: 'bf16' }, 'auto', 'cuda')).toContain('GPU with bf16')
  expect(describePrecision({ precision: 'nf4' }, 'auto', 'cuda')).toContain('memory is short')
})
