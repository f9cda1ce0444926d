import { expect, it } from 'vitest'
import { roundOf, rounds, trainSchemas } from '../index'

const models = [
  { id: 'smollm2', published: true },
  { id: 'starter', published: false },
]

it('knows a published model from the starter model', () => {
  const chosen = ['smollm2', 'starter', 'gone', undefined, null]
  expect(chosen.map((id) => roundOf(models, id))).toEqual([
    ...['published', 'starter', 'starter', 'starter', 'starter'],
  ])
})

it.each(['sft', 'dpo', 'kto'] as const)(
  'has settings that the trainer takes, with room for the longest answer: %s',
  (kind) => {
    for (const round of Object.values(rounds))
      expect(trainSchemas[kind].safeParse(round[kind]).error).toBeUndefined()
    expect(rounds.published[kind].maxLength).toBeGreaterThanOrEqual(320 + 200)
  },
)
