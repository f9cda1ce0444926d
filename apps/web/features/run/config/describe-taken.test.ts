import { expect, it } from 'vitest'
import { phaseMarks } from '../phases'
import type { Run } from '../run-status'
import { describeTaken } from './describe-taken'

const attempt = (environment: Record<string, unknown>, summary: object | null = null) =>
  ({ attempts: [{ environment, summary }] }) as unknown as Pick<Run, 'attempts'>

it('says which precision and memory plan a run took, and why', () => {
  const begun = { device: 'cpu', precision: 'fp32', precisionReason: 'float32 is the faster one on a CPU' }
  expect(describeTaken(attempt({ ...begun, memoryPlan: 'fp32, 8192 tokens a micro-batch' }))).toEqual([
    { label: 'Device', value: 'cpu' },
    { label: 'Precision', value: 'fp32: float32 is the faster one on a CPU' },
    { label: 'Memory plan', value: 'fp32, 8192 tokens a micro-batch' },
  ])
  expect(describeTaken(attempt({}))).toEqual([])
  expect(describeTaken({ attempts: [] })).toEqual([])
})

it('gives no reason for a precision that the run ended on because memory ran out', () => {
  const begun = { precision: 'bf16', precisionReason: 'the GPU has bf16 instructions' }
  const ended = { precision: 'nf4', memoryPlan: 'nf4, 2048 tokens a micro-batch' }
  expect(describeTaken(attempt(begun, ended))).toEqual([
    { label: 'Precision', value: 'nf4' },
    { label: 'Memory plan', value: 'nf4, 2048 tokens a micro-batch' },
  ])
})

it('says that attention fell back to a slower one, and why', () => {
  const why = "torch's variable-length kernel was refused: the gradient of k is 50.0% off"
  expect(describeTaken(attempt({ attention: 'sdpa', attentionReason: why }))).toEqual([
    { label: 'Attention', value: `sdpa, slower than this device allows: ${why}` },
  ])
  expect(describeTaken(attempt({ attention: 'sdpa' }))).toEqual([{ label: 'Attention', value: 'sdpa' }])
})

it('marks where a later phase begins', () => {
  const phases = [
    { step: 1, name: 'short starts of recipes' },
    { step: 276, name: 'whole recipes' },
  ]
  expect(phaseMarks(attempt({ phases }))).toEqual([{ at: 276, label: 'whole recipes' }])
  expect(phaseMarks(attempt({ phases: 'none' }))).toEqual([])
})
