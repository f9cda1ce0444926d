import { type Deps, failBatch, fillBatch, findBatchWork, type JobPayloads, systemContext } from '@palate/core'
import { type Example, readExamples } from '@palate/dataset-import'
import type { JobKind } from './kind'

type Payload = JobPayloads['prepare-variant-batch']

/** More recipes than a batch has prompts, so that recipes with unknown ingredients can be skipped. */
const exampleLimit = 1000

/** Draws recipes of the batch's dataset and makes its prompts and its run. */
export const prepareVariantBatchJob: JobKind<Payload> = {
  async run({ deps, spillFolder }, { batchId }) {
    const work = await findBatchWork(deps, batchId)
    if (!work) return
    const examples = work.datasetKey
      ? await draw(deps, work.datasetKey, { seed: work.seed, spillFolder })
      : []
    await fillBatch(systemContext(deps, work.workspaceId, 'prepare-variant-batch'), { batchId, examples })
  },
  async giveUp({ deps }, { batchId }, sentence) {
    const work = await findBatchWork(deps, batchId)
    if (work)
      await failBatch(systemContext(deps, work.workspaceId, 'prepare-variant-batch'), {
        batchId,
        error: sentence,
      })
  },
}

function draw(
  deps: Deps,
  datasetKey: string,
  options: { seed: number; spillFolder: string },
): Promise<Example[]> {
  return deps.storage.withLocalFile(datasetKey, (path) =>
    readExamples(path, { ...options, limit: exampleLimit, split: 'train' }),
  )
}
