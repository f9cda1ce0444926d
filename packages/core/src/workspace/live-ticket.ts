import { actorId } from '../actor'
import type { ServiceContext } from '../context'
import { authorize } from '../permission'

const ticketSeconds = 60 * 60

/** Opens the live namespace of the hub for this workspace. */
export async function createLiveTicket(ctx: ServiceContext): Promise<{ ticket: string }> {
  authorize(ctx, 'workspace:read')
  const claims = { workspaceId: ctx.workspaceId, userId: actorId(ctx.actor) }
  return { ticket: await ctx.tickets.sign('live', claims, ticketSeconds) }
}
