import {
  createUpload,
  getDataset,
  getDatasetVersion,
  importDataset,
  importSample,
  listDatasets,
  removeImport,
} from '@palate/core'
import { DatasetRef, ImportDatasetInput, ImportSampleInput } from '@palate/core/dataset/schemas'
import { CreateUploadInput } from '@palate/core/upload/schemas'
import { creates, router, workspaceProcedure } from '../trpc'

const read = workspaceProcedure('dataset:read')
const create = workspaceProcedure('dataset:create')

export const datasetRouter = router({
  list: read.query(({ ctx }) => listDatasets(ctx.service)),
  get: read.input(DatasetRef).query(({ ctx, input }) => getDataset(ctx.service, input)),
  version: read.input(DatasetRef).query(({ ctx, input }) => getDatasetVersion(ctx.service, input)),
  createUpload: create.input(CreateUploadInput).mutation(creates(createUpload)),
  import: create.input(ImportDatasetInput).mutation(creates(importDataset)),
  importSample: create.input(ImportSampleInput).mutation(creates(importSample)),
  removeImport: create.input(DatasetRef).mutation(({ ctx, input }) => removeImport(ctx.service, input)),
})
