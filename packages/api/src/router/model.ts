import {
  addModel,
  cancelPush,
  createModelUpload,
  getModel,
  listExports,
  listModelChoices,
  listModels,
  listPushes,
  mergeModel,
  pushModel,
  retryImport,
} from '@palate/core'
import {
  AddModelInput,
  ListExportsInput,
  ListModelChoicesInput,
  MergeModelInput,
  ModelRef,
  PushModelInput,
  PushRef,
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
  exports: read.input(ListExportsInput).query(({ ctx, input }) => listExports(ctx.service, input)),
  push: workspaceProcedure('model:push').input(PushModelInput).mutation(creates(pushModel)),
  cancelPush: workspaceProcedure('model:push')
    .input(PushRef)
    .mutation(({ ctx, input }) => cancelPush(ctx.service, input)),
  pushes: read.input(ModelRef).query(({ ctx, input }) => listPushes(ctx.service, input)),
  list: read.query(({ ctx }) => listModels(ctx.service)),
  choices: read.input(ListModelChoicesInput).query(({ ctx, input }) => listModelChoices(ctx.service, input)),
  get: read.input(ModelRef).query(({ ctx, input }) => getModel(ctx.service, input)),
})
