import { expect, it } from 'vitest'
import { describeChosen, groupByBase } from './model-groups'

const model = (id: string, baseId: string | null) => ({ id, baseId })

it('puts adapters under their base, and the base that was used last first', () => {
  const newestFirst = [
    model('dpo-a', 'a'),
    model('b', null),
    model('sft-b', 'b'),
    model('sft-a', 'a'),
    model('a', null),
    model('orphan', 'gone'),
  ]
  const groups = groupByBase(newestFirst).map((group) => group.map(({ id }) => id))
  expect(groups).toEqual([['a', 'dpo-a', 'sft-a'], ['b', 'sft-b'], ['orphan']])
})

it('names the first of several models', () => {
  const models = ['smollm2', 'gemma', 'llama'].map((name) => ({ name, number: 1 }))
  expect(describeChosen(models)).toBe('smollm2 v1 and 2 more')
  expect(describeChosen(models.slice(0, 1))).toBe('smollm2 v1')
  expect(describeChosen([])).toBeNull()
})
