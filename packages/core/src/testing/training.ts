import { dataset, datasetVersion, newId } from '@palate/db'
import type { ServiceContext } from '../context'
import { required } from '../error'
import { type ModelVersionRow, registerModelVersion } from '../model/register'
import { createFinishedRun } from './fixtures'

type Deps = Parameters<typeof createFinishedRun>[0]

/** A base model that was imported. */
export async function createImported(deps: Deps, ctx: ServiceContext): Promise<ModelVersionRow> {
  const { workspaceId } = ctx
  const made = await createFinishedRun(deps, workspaceId, { kind: 'import', name: 'SmolLM2' })
  return required(
    await ctx.db.transaction((tx) => registerModelVersion(tx, { workspaceId }, made)),
    'The model',
  )
}

/** A version of a dataset that a fine-tuning can take. Its file is not in the store. */
export async function createReadyDataset({ db, workspaceId }: ServiceContext): Promise<{ id: string }> {
  const [datasetId, id, sha256] = [newId('data'), newId('dver'), 'f'.repeat(64)]
  const splits = { train: 90, validation: 5, test: 5 }
  const lengths = { lengthHistogram: [], lengthMedian: 700, lengthMax: 900 }
  await db.insert(dataset).values({ id: datasetId, workspaceId, name: id })
  await db.insert(datasetVersion).values({
    ...{ id, datasetId, workspaceId, number: 1, format: 'recipenlg-csv', filename: 'a.csv' },
    ...{ status: 'ready', sha256, storageKey: `objects/ff/${sha256}`, sizeBytes: 10, rowsKept: 100 },
    profile: { dropped: [], ...lengths, splits, preview: [] },
  })
  return { id }
}
