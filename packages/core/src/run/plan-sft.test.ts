import { dataset, datasetVersion, newId, run } from '@palate/db'
import { eq } from 'drizzle-orm'
import { expect, test } from 'vitest'
import { getFitFacts } from '../fit'
import { createKitchen, createModel, createTestDeps, type Kitchen } from '../testing'
import { createRun } from './create'

const deps = await createTestDeps()
const profile = {
  dropped: [],
  lengthHistogram: [],
  ...{ lengthMedian: 700, lengthMax: 900 },
  splits: { train: 90, validation: 5, test: 5 },
  preview: [],
}

async function addDataset(kitchen: Kitchen, status: 'ready' | 'failed', sha256 = 'f'.repeat(64)) {
  const [datasetId, id] = [newId('data'), newId('dver')]
  await deps.db.insert(dataset).values({ id: datasetId, workspaceId: kitchen.workspaceId, name: id })
  await deps.db.insert(datasetVersion).values({
    ...{
      id,
      datasetId,
      workspaceId: kitchen.workspaceId,
      number: 1,
      format: 'recipenlg-csv',
      filename: 'a.csv',
    },
    ...{ status, sha256, storageKey: `objects/ff/${sha256}`, sizeBytes: 10, rowsKept: 100, profile },
  })
  return id
}

test('a fine-tuning takes the model and the newest data that is ready', async () => {
  const kitchen = await createKitchen(deps)
  const start = () => createRun(kitchen.engineer, { kind: 'sft', config: { epochs: 1 } })
  await expect(start()).rejects.toMatchObject({ message: 'There is no base model yet.' })
  const base = await createModel(deps, kitchen.workspaceId)
  await expect(start()).rejects.toMatchObject({ message: 'There is no dataset to learn from yet.' })
  const failed = await addDataset(kitchen, 'failed')
  await expect(start()).rejects.toMatchObject({ code: 'invalid' })
  const id = await addDataset(kitchen, 'ready', 'a'.repeat(64))

  const made = await start()
  expect(made).toMatchObject({
    ...{ kind: 'sft', name: 'fine-tuning', status: 'queued' },
    lineage: { baseModelVersionId: base.id, datasetVersionId: id, examples: 90 },
  })
  const [row] = await deps.db.select().from(run).where(eq(run.id, made.id))
  expect(row?.inputs.at(-1)).toMatchObject({ name: 'examples.parquet', sha256: 'a'.repeat(64) })
  expect(await getFitFacts(kitchen.viewer, { kind: 'sft' })).toMatchObject({
    rows: { sequences: 90 },
    rowsFrom: 'text',
  })
  await expect(
    createRun(kitchen.engineer, { kind: 'sft', config: {}, datasetVersionId: failed }),
  ).rejects.toMatchObject({ code: 'invalid' })
  const stranger = await createKitchen(deps)
  await createModel(deps, stranger.workspaceId)
  await expect(
    createRun(stranger.engineer, { kind: 'sft', config: {}, datasetVersionId: id }),
  ).rejects.toMatchObject({ code: 'not_found' })
})
