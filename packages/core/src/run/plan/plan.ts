import type { Transaction } from '@palate/db'
import { ontology } from '@palate/recipe'
import type { z } from 'zod'
import type { ServiceContext } from '../../context'
import { sizeOfDataset } from '../estimate/rows'
import { storeInput } from '../queue/insert'
import type { CreatePretrainInput, CreateRunInput, CreateSftInput } from '../schemas'
import { planDpo } from './plan-dpo'
import { planKto } from './plan-kto'
import { chooseStart, type RunPlan } from './start-model'
import { findTrainingData } from './training-data'

/** The inputs and the lineage of a new training. */
export function planRun(
  tx: Transaction,
  ctx: ServiceContext,
  input: z.output<typeof CreateRunInput>,
): Promise<RunPlan> {
  switch (input.kind) {
    case 'pretrain':
      return planPretrain(ctx, input)
    case 'sft':
      return planSft(tx, ctx, input)
    case 'dpo':
      return planDpo(tx, ctx, input)
    case 'kto':
      return planKto(tx, ctx, input)
  }
}

/** The starter model needs the ontology only: its texts, tokenizer and weights are made from that and the seed. */
async function planPretrain(ctx: ServiceContext, input: CreatePretrainInput): Promise<RunPlan> {
  const file = await storeInput(ctx.storage, 'ontology.json', `${JSON.stringify(ontology)}\n`)
  const lineage = { ontologySha256: file.sha256 }
  return { name: input.name ?? 'starter', inputs: [file], lineage, size: null }
}

/** A fine-tuning: the model's files, and the Parquet file of a dataset version. */
async function planSft(tx: Transaction, ctx: ServiceContext, input: CreateSftInput): Promise<RunPlan> {
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
