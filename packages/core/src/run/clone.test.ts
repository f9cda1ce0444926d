import { agent, dataset, datasetVersion, modelVersion, newId, run } from '@palate/db'
import { eq } from 'drizzle-orm'
import { expect, test } from 'vitest'
import { createMachine, createModel, createTestDeps, createWorkspaceFixture } from '../testing'
import { createRun, getRunClone, getRunLineage } from './index'

const deps = await createTestDeps()

/** A fine-tuning on a dataset, with settings of its own. */
async function createTraining() {
  const fixture = await createWorkspaceFixture(deps)
  const { workspaceId, engineer } = fixture
  const machine = await createMachine(deps, workspaceId, { labels: ['fast', 'big'] })
  const base = await createModel(deps, workspaceId)
  const [datasetId, versionId] = [newId('data'), newId('dver')]
  await deps.all.insert(dataset).values({ id: datasetId, workspaceId, name: 'recipes' })
  const profile = {
    dropped: [],
    lengthHistogram: [],
    ...{ lengthMedian: 700, lengthMax: 900, preview: [] },
    splits: { train: 90, validation: 5, test: 5 },
    topTags: [],
  }
  await deps.all.insert(datasetVersion).values({
    ...{ id: versionId, datasetId, workspaceId, number: 1, format: 'recipenlg-csv', filename: 'a.csv' },
    ...{ status: 'ready', sha256: 'f'.repeat(64), storageKey: 'objects/ff/f', sizeBytes: 10, rowsKept: 100 },
    profile,
  })
  const made = await createRun(engineer, {
    ...{ kind: 'sft', name: 'careful', seed: 42, priority: 5, labels: ['fast', 'big'] },
    config: { epochs: 2, learningRate: 0.0001 },
    ...{ baseModelVersionId: base.id, datasetVersionId: versionId },
  })
  return { ...fixture, machine, base, versionId, made }
}

test('a clone has every setting of its run, and names it in its lineage', async () => {
  const { engineer, viewer, base, versionId, made } = await createTraining()
  const clone = await getRunClone(engineer, { id: made.id })
  expect(clone).toMatchObject({
    from: { id: made.id, number: made.number, name: 'careful' },
    ...{ kind: 'sft', name: 'careful', seed: 42, priority: 5, labels: ['big', 'fast'], gpus: 0 },
    config: { epochs: 2, learningRate: 0.0001 },
    ...{ baseModel: { id: base.id }, datasetVersion: { id: versionId, name: 'recipes v1' } },
    missing: [],
  })
  const again = await createRun(engineer, {
    ...{ kind: 'sft', name: clone.name, seed: clone.seed, config: clone.config, clonedFrom: made.id },
  })
  expect(again).toMatchObject({ seed: 42, config: made.config, lineage: { clonedFrom: made.id } })
  const { sources } = await getRunLineage(viewer, { id: again.id })
  expect(sources[0]).toEqual({ kind: 'run', id: made.id, name: `Run ${made.number}, careful` })
})

test('a clone names what no longer exists', async () => {
  const { engineer, machine, versionId, made } = await createTraining()
  await deps.all
    .update(agent)
    .set({ labels: ['fast'] })
    .where(eq(agent.id, machine.agentId))
  await deps.all.update(datasetVersion).set({ status: 'failed' }).where(eq(datasetVersion.id, versionId))
  const lineage = { ...made.lineage, baseModelVersionId: 'model_gone', batchIds: ['batch_gone'] }
  await deps.all.update(run).set({ lineage }).where(eq(run.id, made.id))
  expect(await deps.all.$count(modelVersion, eq(modelVersion.id, 'model_gone'))).toBe(0)
  expect(await getRunClone(engineer, { id: made.id })).toMatchObject({
    ...{ baseModel: null, datasetVersion: null, batchIds: null, labels: ['fast'] },
    missing: [
      'Its base model no longer exists. Choose another one.',
      'Its dataset no longer exists. Choose another one.',
      'One of its batches of variants no longer exists.',
      'No agent has the label big any more.',
    ],
  })
})

test('cloning needs the permission to create runs, and stays in the workspace', async () => {
  const { viewer, engineer, made } = await createTraining()
  await expect(getRunClone(viewer, { id: made.id })).rejects.toMatchObject({ code: 'forbidden' })
  const stranger = await createWorkspaceFixture(deps)
  await expect(getRunClone(stranger.engineer, { id: made.id })).rejects.toMatchObject({ code: 'not_found' })
  await expect(createRun(stranger.engineer, { kind: 'pretrain', clonedFrom: made.id })).rejects.toMatchObject(
    { code: 'not_found' },
  )
  await deps.all.update(run).set({ kind: 'probe' }).where(eq(run.id, made.id))
  await expect(getRunClone(engineer, { id: made.id })).rejects.toMatchObject({ code: 'invalid' })
})
