import { rm } from 'node:fs/promises'
import {
  type Deps,
  failImport,
  finishImport,
  type JobPayloads,
  recordImportProgress,
  startImport,
} from '@palate/core'
import { type ImportProgress, importRecipes } from '@palate/dataset-import'
import { createImportFolder } from './import-folder'
import type { JobKind } from './kind'

type Payload = JobPayloads['import-dataset']

const reportEveryMs = 300

/** Reads an uploaded file into a version's Parquet file. Its temporary files are removed at its end, or after a kill by the next try or start. */
export const importDatasetJob: JobKind<Payload> = {
  async run({ deps, importMemoryMb, importFolder }, { datasetVersionId }, signal) {
    const started = await startImport(deps, { datasetVersionId })
    if (!started) return
    const workFolder = await createImportFolder(importFolder, datasetVersionId)
    try {
      await deps.storage.withLocalFile(started.storageKey, async (path) => {
        const result = await importRecipes({
          ...{ path, workFolder, signal, memoryLimitMb: importMemoryMb },
          onProgress: reportTo(deps, datasetVersionId),
        })
        await finishImport(deps, { datasetVersionId, result })
      })
    } finally {
      await rm(workFolder, { recursive: true, force: true })
    }
  },
  async giveUp({ deps }, { datasetVersionId }, sentence) {
    await failImport(deps, { datasetVersionId, error: sentence })
  },
}

/** Reports the start of each stage at once, then a few times a second. */
function reportTo(deps: Deps, datasetVersionId: string) {
  let last = { stage: '', at: 0 }
  return async (progress: ImportProgress) => {
    const now = Date.now()
    if (progress.stage === last.stage && now - last.at < reportEveryMs) return
    last = { stage: progress.stage, at: now }
    const percent = Math.round(progress.percent)
    await recordImportProgress(deps, { datasetVersionId, progress: { ...progress, percent } })
  }
}
