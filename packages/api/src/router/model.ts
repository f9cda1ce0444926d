import {
  addModel,
  createModelUpload,
  getModel,
  listModelChoices,
  listModels,
  mergeModel,
  retryImport,
} from '@palate/core'
import {
  AddModelInput,
  ListModelChoicesInput,
  MergeModelInput,
  ModelRef,
  RetryImportInput,
} from '@palate/core/model/schemas'
import { CreateModelUploadInput } from '@palate/core/upload/schemas'
import { creates, router, workspaceProcedure } from '../trpc'

const read = workspaceProcedure('model:read')

export const modelRouter = router({
  add: workspaceProcedure('run:create').input(AddModelInput).mutation(creates(addModel)),
  createUpload: workspaceProcedure('run:create')
    .input(CreateModelUploadInput)
    .mutation(creates(createModelUpload)),
  retryImport: workspaceProcedure('run:create').input(RetryImportInput).mutation(creates(retryImport)),
  merge: workspaceProcedure('run:create').input(MergeModelInput).mutation(creates(mergeModel)),
  list: read.query(({ ctx }) => listModels(ctx.service)),
  choices: read.input(ListModelChoicesInput).query(({ ctx, input }) => listModelChoices(ctx.service, input)),
  get: read.input(ModelRef).query(({ ctx, input }) => getModel(ctx.service, input)),
})
