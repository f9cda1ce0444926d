import {
  createUpload,
  getDataset,
  getDatasetVersion,
  importDataset,
  importSample,
  listDatasets,
} from '@palate/core'
import { DatasetRef, ImportDatasetInput, ImportSampleInput } from '@palate/core/dataset/schemas'
import { CreateUploadInput } from '@palate/core/upload/schemas'
import { router, workspaceProcedure } from '../trpc'

const read = workspaceProcedure('dataset:read')
const create = workspaceProcedure('dataset:create')

export const datasetRouter = router({
  list: read.query(({ ctx }) => listDatasets(ctx.service)),
  get: read.input(DatasetRef).query(({ ctx, input }) => getDataset(ctx.service, input)),
  version: read.input(DatasetRef).query(({ ctx, input }) => getDatasetVersion(ctx.service, input)),
  createUpload: create
    .input(CreateUploadInput)
    .mutation(({ ctx, input }) => createUpload(ctx.service, input)),
  import: create.input(ImportDatasetInput).mutation(({ ctx, input }) => importDataset(ctx.service, input)),
  importSample: create
    .input(ImportSampleInput)
    .mutation(({ ctx, input }) => importSample(ctx.service, input)),
})
