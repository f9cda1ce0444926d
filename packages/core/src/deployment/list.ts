import type { ServiceContext } from '../context'
import { authorize } from '../permission'
import { type DeploymentView, readDeployments } from './view'

/** The public names of the workspace, the one changed last first. */
export async function listDeployments(ctx: ServiceContext): Promise<DeploymentView[]> {
  authorize(ctx, 'model:read')
  return readDeployments(ctx.db, ctx.workspaceId)
}
