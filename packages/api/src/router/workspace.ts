import { createWorkspace, locate, renameWorkspace } from '@palate/core'
import { CreateWorkspaceInput, LocateInput, RenameWorkspaceInput } from '@palate/core/workspace/schemas'
import { router, workspaceProcedure } from '../trpc'
import { person } from './user'

export const workspaceRouter = router({
  create: person
    .input(CreateWorkspaceInput)
    .mutation(({ ctx, input }) => createWorkspace(ctx.deps, ctx.caller, input, ctx.idempotencyKey)),
  locate: person.input(LocateInput).query(({ ctx, input }) => locate(ctx.deps, ctx.caller, input)),
  rename: workspaceProcedure('workspace:write')
    .input(RenameWorkspaceInput)
    .mutation(({ ctx, input }) => renameWorkspace(ctx.service, input)),
})
