import { RunNeeds } from '@palate/protocol'
import { expect, test } from 'vitest'
import { describeNeeds } from './describe-needs'
import { priorityName, priorityOptions } from './priority'

const describe = (needs: Partial<RunNeeds>, name?: string) => describeNeeds(RunNeeds.parse(needs), name)

test('describes the needs of a run', () => {
  expect(describe({})).toEqual([])
  expect(describe({ gpus: 2, gpuMemoryBytes: 22e9, labels: ['lab'] })).toEqual([
    '2 GPUs of 22 GB',
    'label lab',
  ])
  expect(describe({ gpuMemoryBytes: 1.5e9 })).toEqual(['1.5 GB if on a GPU'])
  expect(describe({ agentId: 'agent_1' }, 'kestrel')).toEqual(['only on kestrel'])
})

test('offers an unusual priority in its position among the usual ones', () => {
  expect(priorityOptions(0).map(({ value }) => value)).toEqual(['20', '10', '0', '-10'])
  expect(priorityOptions(15).map(({ label }) => label)).toEqual(['Urgent', '15', 'High', 'Normal', 'Low'])
  expect([priorityName(10), priorityName(3)]).toEqual(['High', '3'])
})
