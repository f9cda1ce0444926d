import { run } from '@palate/db'
import { eq } from 'drizzle-orm'
import { expect, test } from 'vitest'
import { saveDeployment } from '../deployment'
import { applyRules } from '../label'
import { createRun } from '../run/create'
import {
  createAnsweredBatch,
  createFinishedRun,
  createModel,
  createTestDeps,
  createVegan,
  createWorkspaceFixture,
  deliver,
} from '../testing'
import { getModel, listModelChoices, listModels, registerModelVersion } from './index'

const deps = await createTestDeps()

test('a finished pre-training becomes a base model, with files named for the next run', async () => {
  const { workspaceId, viewer } = await createWorkspaceFixture(deps)
  const row = await createModel(deps, workspaceId)
  expect(row).toMatchObject({ name: 'starter', number: 1, kind: 'base', baseId: null })
  expect(row.files.map(({ name }) => name)).toEqual(['model/config.json', 'model/model.safetensors'])
  expect(row.gguf.name).toBe('base.gguf')
  expect(await listModels(viewer)).toMatchObject([{ id: row.id, sizeBytes: 10, deployments: [] }])
})

test('a run has one model version, for repeated and simultaneous registrations', async () => {
  const { workspaceId, viewer } = await createWorkspaceFixture(deps)
  const made = await createFinishedRun(deps, workspaceId, { kind: 'pretrain' })
  const rows = await Promise.all(
    Array.from({ length: 8 }, () =>
      deps.all.transaction((tx) => registerModelVersion(tx, { workspaceId }, made)),
    ),
  )
  expect(new Set(rows.map((row) => row?.id)).size).toBe(1)
  expect(await listModels(viewer)).toHaveLength(1)
  expect((await createModel(deps, workspaceId)).number).toBe(2)
})

test('the files of the newest attempt that uploaded any are used; without its weights nothing is registered', async () => {
  const { workspaceId } = await createWorkspaceFixture(deps)
  const made = await createFinishedRun(deps, workspaceId, { kind: 'pretrain' })
  await deliver(deps, workspaceId, made.id, 'pretrain')
  const row = await deps.all.transaction((tx) => registerModelVersion(tx, { workspaceId }, made))
  expect(row?.files).toHaveLength(2)
  const orphan = await createFinishedRun(deps, workspaceId, { kind: 'dpo' })
  expect(await deps.all.transaction((tx) => registerModelVersion(tx, { workspaceId }, orphan))).toBeNull()
})

test('a fine-tuning of all weights becomes a base model with its own name', async () => {
  const { workspaceId } = await createWorkspaceFixture(deps)
  const base = await createModel(deps, workspaceId)
  const made = await createFinishedRun(deps, workspaceId, {
    ...{ kind: 'dpo', name: 'whole', lineage: { baseModelVersionId: base.id } },
  })
  await deliver(deps, workspaceId, made.id, 'pretrain')
  expect(await deps.all.transaction((tx) => registerModelVersion(tx, { workspaceId }, made))).toMatchObject({
    kind: 'base',
    name: 'whole',
    number: 1,
    baseId: null,
    gguf: { name: 'base.gguf' },
  })
})

test('an import that brings an adapter along registers both, and variants are written by the adapter', async () => {
  const { workspaceId, viewer } = await createWorkspaceFixture(deps)
  const made = await createFinishedRun(deps, workspaceId, { kind: 'import', name: 'SmolLM2' })
  const register = () => deps.all.transaction((tx) => registerModelVersion(tx, { workspaceId }, made))
  const base = await register()
  expect(base).toMatchObject({ kind: 'base', name: 'SmolLM2', baseId: null })
  expect(await register()).toMatchObject({ id: base?.id })
  const models = await listModels(viewer)
  expect(models).toMatchObject([
    { kind: 'adapter', name: 'SmolLM2 recipes', baseId: base?.id },
    { kind: 'base', name: 'SmolLM2' },
  ])
  expect(await listModelChoices(viewer, { use: 'variants' })).toMatchObject({ defaultId: models[0]?.id })
})

test('the lineage of an adapter goes down to the votes', async () => {
  const { workspaceId, engineer, viewer } = await createWorkspaceFixture(deps)
  const base = await createModel(deps, workspaceId)
  await createVegan(engineer)
  const { batchId } = await createAnsweredBatch(
    engineer,
    { promptsPerPersona: 3, datasetVersionId: null },
    ({ slot }) => (slot === 'a' ? '# Soup\n\n## Ingredients\n- 1 leek\n\n## Method\n1. Cook.' : 'no recipe'),
  )
  await applyRules(engineer)
  const created = await createRun(engineer, { kind: 'dpo', name: 'taste' })
  await deliver(deps, workspaceId, created.id, 'dpo')
  const [made] = await deps.all.select().from(run).where(eq(run.id, created.id))
  if (!made) throw new Error('the run exists')
  const adapter = await deps.all.transaction((tx) => registerModelVersion(tx, { workspaceId }, made))
  const { lineage, ...view } = await getModel(viewer, { id: adapter?.id ?? '' })
  expect(view).toMatchObject({
    name: 'taste',
    number: 1,
    kind: 'adapter',
    baseId: base.id,
    runNumber: made.number,
  })
  expect(adapter?.files.map(({ name }) => name)).toEqual(['adapter/adapter_model.safetensors'])
  expect(adapter?.gguf.name).toBe('adapter.gguf')
  expect(lineage).toMatchObject({
    run: { id: made.id, kind: 'dpo' },
    base: { id: base.id, name: 'starter', number: 1 },
    votes: { count: 3, person: 0, judge: 0, rule: 3, sha256: expect.stringMatching(/^[0-9a-f]{64}$/) },
    pairs: { decided: 3, ties: 0 },
    personas: [{ slug: 'mexican-vegan', number: 1 }],
    batches: [{ id: batchId, number: 1 }],
    datasets: [],
  })
  expect((await getModel(viewer, { id: base.id })).lineage).toMatchObject({
    base: null,
    votes: null,
    batches: [],
  })
})

test('a stranger, a viewer and a labeler can neither read foreign models nor deploy', async () => {
  const { workspaceId, viewer, labeler } = await createWorkspaceFixture(deps)
  const { id } = await createModel(deps, workspaceId)
  const stranger = (await createWorkspaceFixture(deps)).owner
  expect(await listModels(stranger)).toEqual([])
  await expect(getModel(stranger, { id })).rejects.toMatchObject({ code: 'not_found' })
  const wanted = { slug: 'stolen', title: 'Stolen', modelVersionId: id }
  await expect(saveDeployment(stranger, wanted)).rejects.toMatchObject({ code: 'not_found' })
  for (const ctx of [viewer, labeler])
    await expect(saveDeployment(ctx, wanted)).rejects.toMatchObject({ code: 'forbidden' })
})
