import { rounds } from '@palate/protocol'
import { expect, test } from 'vitest'
import { registerModelVersion } from '../../model/register'
import {
  createFinishedRun,
  createImported,
  createModel,
  createReadyDataset,
  createTestDeps,
  createWorkspaceFixture,
  deliver,
} from '../../testing'
import { createRun } from '../create'
import { fillSuited } from './suited'

const deps = await createTestDeps()

/** A workspace with a model of each origin. */
async function createModels() {
  const { engineer, workspaceId } = await createWorkspaceFixture(deps)
  const starter = await createModel(deps, workspaceId)
  const imported = await createImported(deps, engineer)
  const run = await createFinishedRun(deps, workspaceId, {
    ...{ kind: 'dpo', lineage: { baseModelVersionId: imported.id } },
  })
  await deliver(deps, workspaceId, run.id, 'pretrain')
  const whole = await engineer.db.transaction((tx) => registerModelVersion(tx, { workspaceId }, run))
  if (!whole) throw new Error('the model is registered')
  const models = {
    starter,
    'adapter of the starter': await createModel(deps, workspaceId, starter),
    imported,
    'adapter of the import': await createModel(deps, workspaceId, imported),
    'all weights of the import': whole,
    'adapter of all weights': await createModel(deps, workspaceId, whole),
  }
  return { engineer, workspaceId, models }
}

test('settings that are left out are those that suit the model, and what is given stays', async () => {
  const { models, engineer, workspaceId } = await createModels()
  const fill = (input: Parameters<typeof fillSuited>[2]) =>
    engineer.db.transaction((tx) => fillSuited(tx, workspaceId, input))
  for (const kind of ['sft', 'dpo', 'kto'] as const)
    for (const [name, { id: baseModelVersionId }] of Object.entries(models)) {
      const suited = rounds[name.includes('starter') ? 'starter' : 'published'][kind]
      const filled = await fill({ kind, baseModelVersionId, config: {} })
      expect(filled, name).toEqual({ kind, baseModelVersionId, config: suited })
    }
  const config = { epochs: 7, beta: 0.3, maxLength: undefined }
  expect(await fill({ kind: 'dpo', baseModelVersionId: models.imported.id, config })).toMatchObject({
    config: { ...rounds.published.dpo, epochs: 7, beta: 0.3 },
  })
  const base = { from: 'hub', id: 'acme/small-llama', revision: 'v2' } as const
  expect(await fill({ kind: 'kto', config: { base } })).toEqual({
    ...{ kind: 'kto', config: { ...rounds.published.kto, base } },
  })
  expect(await fill({ kind: 'pretrain' })).toEqual({ kind: 'pretrain' })
})

test('without a model they are those of the model that is taken without a choice, and the run keeps them', async () => {
  const { engineer, workspaceId } = await createWorkspaceFixture(deps)
  await createReadyDataset(engineer)
  const start = () => createRun(engineer, { kind: 'sft' })
  await expect(start()).rejects.toMatchObject({ message: 'There is no model yet.' })
  await createModel(deps, workspaceId)
  expect((await start()).config).toEqual({})
  await createImported(deps, engineer)
  expect((await start()).config).toEqual(rounds.published.sft)
})

test('a run that makes a whole model gets the file that the model is served from, whatever made that model', async () => {
  const { models, engineer } = await createModels()
  await createReadyDataset(engineer)
  const names = async (name: keyof typeof models, config: object) => {
    const made = await createRun(engineer, { kind: 'sft', baseModelVersionId: models[name].id, config })
    const row = await engineer.db.query.run.findFirst({ where: (run, { eq }) => eq(run.id, made.id) })
    return row?.inputs.map((input) => input.name)
  }
  for (const name of ['starter', 'imported', 'all weights of the import'] as const) {
    expect(await names(name, { fullWeights: true })).toContain('base.gguf')
    expect(await names(name, { loraDora: true })).toContain('base.gguf')
    expect(await names(name, {})).not.toContain('base.gguf')
  }
})
