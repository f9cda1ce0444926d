import type { Transaction } from '@palate/db'
import type { ServiceContext } from '../context'
import { sizeOfDataset } from '../estimate/rows'
import type { RunPlan } from './insert'
import type { CreateSftInput } from './schemas'
import { chooseStart } from './start-model'
import { findTrainingData } from './training-data'

/** A fine-tuning: the model's files and the recipes of a dataset version, which the trainer reads as they lie. */
export async function planSft(tx: Transaction, ctx: ServiceContext, input: CreateSftInput): Promise<RunPlan> {
  const start = await chooseStart(tx, ctx.workspaceId, input)
  const data = await findTrainingData(tx, ctx.workspaceId, input.datasetVersionId)
  const { storageKey, sizeBytes, sha256 } = data
  return {
    name: input.name ?? 'fine-tuning',
    size: sizeOfDataset(data.profile),
    inputs: [...start.files, { name: 'examples.parquet', storageKey, sizeBytes, sha256 }],
    lineage: {
      ...start.lineage,
      datasetVersionId: data.id,
      examples: data.profile?.splits.train ?? data.rowsKept,
    },
  }
}
