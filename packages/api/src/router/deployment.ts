import { listDeployments, saveDeployment } from '@palate/core'
import { SaveDeploymentInput } from '@palate/core/deployment/schemas'
import { creates, router, workspaceProcedure } from '../trpc'

export const deploymentRouter = router({
  list: workspaceProcedure('model:read').query(({ ctx }) => listDeployments(ctx.service)),
  save: workspaceProcedure('deployment:write').input(SaveDeploymentInput).mutation(creates(saveDeployment)),
})
