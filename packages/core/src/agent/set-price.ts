import { agent } from '@palate/db'
import { and, eq } from 'drizzle-orm'
import { audit } from '../audit'
import type { ServiceContext } from '../context'
import { required } from '../error'
import { notify } from '../notify'
import { authorize } from '../permission'
import { SetAgentPriceInput } from './schemas'

/** Sets an agent's price per hour. Attempts that have started keep the price at their start. */
export async function setAgentPrice(ctx: ServiceContext, raw: SetAgentPriceInput): Promise<void> {
  authorize(ctx, 'agent:price')
  const { id, price } = SetAgentPriceInput.parse(raw)
  await ctx.db.transaction(async (tx) => {
    const own = and(eq(agent.id, id), eq(agent.workspaceId, ctx.workspaceId))
    const [row] = await tx.select({ price: agent.price }).from(agent).where(own).for('update')
    const before = required(row, 'This agent')
    await tx.update(agent).set({ price }).where(own)
    await audit(tx, ctx, 'agent.price', id, { before, after: { price } })
    await notify(tx, { workspaceId: ctx.workspaceId, topic: 'agent', id })
  })
}
