import { rounds } from '@palate/protocol'
import { expect, it } from 'vitest'
import { type StepAction, startersOf } from './starters'

const recipes = { id: 'recipes', published: true }
const starter = { id: 'starter', published: false }

/** A client that remembers what it was asked to make, where `defaultId` is the model that is taken without a choice. */
function clientOf(defaultId: string) {
  const made: unknown[] = []
  const record = (id: string) => ({
    mutate: (input: unknown) => {
      made.push(input)
      return Promise.resolve({ id, runId: id })
    },
  })
  const client = {
    model: {
      add: record('run_1'),
      choices: { query: () => Promise.resolve({ models: [recipes, starter], defaultId }) },
    },
    run: { create: record('run_2') },
    variant: { createBatch: record('batch_1') },
    evaluation: { create: record('eval_1') },
  }
  return { made, client: client as unknown as Parameters<typeof startersOf>[0] }
}

async function start(action: StepAction, defaultId: string) {
  const { made, client } = clientOf(defaultId)
  return { href: await startersOf(client)[action].start(), made: made[0] }
}

it('adds SmolLM2 with the recipe adapter, or trains a starter model, and opens the run', async () => {
  expect(await start('add-smollm2', '')).toEqual({
    href: '/runs/run_1',
    made: { source: { from: 'starting', id: 'smollm2-recipes' } },
  })
  expect(await start('train-starter', '')).toEqual({
    href: '/runs/run_2',
    made: { kind: 'pretrain', config: {} },
  })
})

it.each([
  ['recipes', 'published'],
  ['starter', 'starter'],
] as const)('takes the settings that suit the model: %s', async (id, name) => {
  const { batch, evaluation } = rounds[name]
  expect(await start('write-variants', id)).toEqual({ href: '/variants/batch_1', made: batch })
  expect(await start('train-on-votes', id)).toEqual({
    href: '/runs/run_2',
    made: { kind: 'dpo' },
  })
  expect(await start('evaluate', id)).toEqual({ href: '/evaluations/eval_1', made: evaluation })
})
