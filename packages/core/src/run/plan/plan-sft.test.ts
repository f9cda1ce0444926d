import { dataset, datasetVersion, newId, run } from '@palate/db'
import { eq } from 'drizzle-orm'
import { expect, test } from 'vitest'
import { createModel, createTestDeps, createWorkspaceFixture, type WorkspaceFixture } from '../../testing'
import { createRun } from '../create'
import { getEstimateFacts } from '../index'

const deps = await createTestDeps()
const profile = {
  dropped: [],
  lengthHistogram: [],
  ...{ lengthMedian: 700, lengthMax: 900 },
  splits: { train: 90, validation: 5, test: 5 },
  preview: [],
}

async function addDataset(fixture: WorkspaceFixture, status: 'ready' | 'failed', sha256 = 'f'.repeat(64)) {
  const [datasetId, id] = [newId('data'), newId('dver')]
  await deps.all.insert(dataset).values({ id: datasetId, workspaceId: fixture.workspaceId, name: id })
  await deps.all.insert(datasetVersion).values({
    ...{
      id,
      datasetId,
      workspaceId: fixture.workspaceId,
      number: 1,
      format: 'recipenlg-csv',
      filename: 'a.csv',
    },
    ...{ status, sha256, storageKey: `objects/ff/${sha256}`, sizeBytes: 10, rowsKept: 100, profile },
  })
  return id
}

test('a fine-tuning uses the model and the newest ready dataset', async () => {
  const fixture = await createWorkspaceFixture(deps)
  const start = () => createRun(fixture.engineer, { kind: 'sft', config: { epochs: 1 } })
  await expect(start()).rejects.toMatchObject({ message: 'There is no model yet.' })
  const base = await createModel(deps, fixture.workspaceId)
  await expect(start()).rejects.toMatchObject({ message: 'There is no dataset yet.' })
  const failed = await addDataset(fixture, 'failed')
  await expect(start()).rejects.toMatchObject({ code: 'invalid' })
  const id = await addDataset(fixture, 'ready', 'a'.repeat(64))

  const made = await start()
  expect(made).toMatchObject({
    ...{ kind: 'sft', name: 'fine-tuning', status: 'queued' },
    lineage: { baseModelVersionId: base.id, datasetVersionId: id, examples: 90 },
  })
  const [row] = await deps.all.select().from(run).where(eq(run.id, made.id))
  expect(row?.inputs.at(-1)).toMatchObject({ name: 'examples.parquet', sha256: 'a'.repeat(64) })
  expect(await getEstimateFacts(fixture.viewer, { kind: 'sft' })).toMatchObject({
    rows: { sequences: 90 },
    rowsFrom: 'text',
  })
  await expect(
    createRun(fixture.engineer, { kind: 'sft', config: {}, datasetVersionId: failed }),
  ).rejects.toMatchObject({ code: 'invalid' })
  const stranger = await createWorkspaceFixture(deps)
  await createModel(deps, stranger.workspaceId)
  await expect(
    createRun(stranger.engineer, { kind: 'sft', config: {}, datasetVersionId: id }),
  ).rejects.toMatchObject({ code: 'not_found' })
})

test('settings that the trainer would refuse are refused before a run is made', async () => {
  const fixture = await createWorkspaceFixture(deps)
  const base = await createModel(deps, fixture.workspaceId)
  const adapter = await createModel(deps, fixture.workspaceId, base)
  await addDataset(fixture, 'ready')
  const start = (config: Record<string, unknown>, baseModelVersionId = base.id) =>
    createRun(fixture.engineer, { kind: 'sft', config, baseModelVersionId })
  await expect(start({ earlyStopPatience: 3 })).rejects.toThrow(/no rows are held out to evaluate on/)
  await expect(start({ fullWeights: true, precision: 'nf4' })).rejects.toThrow(/NF4 cannot be trained/)
  await expect(start({ fullWeights: true }, adapter.id)).rejects.toMatchObject({
    ...{ code: 'invalid', message: expect.stringContaining('its base is frozen') },
  })
  expect(await start({ epochs: 0.5, loraAlpha: 0.5, sampleEvery: 0 })).toMatchObject({ status: 'queued' })
})
