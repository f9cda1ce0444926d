import { listDeployments, saveDeployment } from '@palate/core'
import { SaveDeploymentInput } from '@palate/core/deployment/schemas'
import { router, workspaceProcedure } from '../trpc'

export const deploymentRouter = router({
  list: workspaceProcedure('model:read').query(({ ctx }) => listDeployments(ctx.service)),
  save: workspaceProcedure('deployment:write')
    .input(SaveDeploymentInput)
    .mutation(({ ctx, input }) => saveDeployment(ctx.service, input)),
})
