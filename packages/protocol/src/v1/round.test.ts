import { expect, it } from 'vitest'
import { roundOf, rounds, trainSchemas } from '../index'

const base = { id: 'smollm2', baseId: null, parameters: 134_515_008 }
const models = [
  base,
  { id: 'recipes', baseId: 'smollm2', parameters: null },
  { id: 'starter', baseId: null, parameters: null },
  { id: 'tuned', baseId: 'starter', parameters: null },
]

it('knows a published model and what was trained on it from the starter model', () => {
  const chosen = ['smollm2', 'recipes', 'starter', 'tuned', 'gone', undefined, null]
  expect(chosen.map((id) => roundOf(models, id))).toEqual([
    ...['published', 'published', 'starter', 'starter', 'starter', 'starter', 'starter'],
  ])
})

it('has settings that the trainer takes, with room for the longest answer', () => {
  for (const { dpo } of Object.values(rounds)) expect(trainSchemas.dpo.safeParse(dpo).error).toBeUndefined()
  expect(rounds.published.dpo.maxLength).toBeGreaterThanOrEqual(320 + 200)
})
