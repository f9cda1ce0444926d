import type { ServiceContext } from '../context'
import { authorize } from '../permission'
import { type PersonaView, readPersonas } from './view'

/** The living personas of the workspace, each with its newest version. */
export async function listPersonas(ctx: ServiceContext): Promise<PersonaView[]> {
  authorize(ctx, 'persona:read')
  return readPersonas(ctx.db, ctx.workspaceId)
}
