import { RunNeeds } from '@palate/protocol'
import { expect, test } from 'vitest'
import { describeNeeds } from './describe-needs'
import { priorityName, priorityOptions } from './priority'

const words = (needs: Partial<RunNeeds>, name?: string) => describeNeeds(RunNeeds.parse(needs), name)

test('needs in words', () => {
  expect(words({})).toEqual([])
  expect(words({ gpus: 2, gpuMemoryBytes: 22e9, labels: ['lab'] })).toEqual(['2 GPUs of 22 GB', 'label lab'])
  expect(words({ gpuMemoryBytes: 1.5e9 })).toEqual(['1.5 GB where it is a GPU'])
  expect(words({ agentId: 'agent_1' }, 'oven')).toEqual(['only oven'])
})

test('a priority that is none of the usual ones stays choosable, in its place', () => {
  expect(priorityOptions(0).map(({ value }) => value)).toEqual(['20', '10', '0', '-10'])
  expect(priorityOptions(15).map(({ label }) => label)).toEqual(['Urgent', '15', 'High', 'Normal', 'Low'])
  expect([priorityName(10), priorityName(3)]).toEqual(['High', '3'])
})
