import { DrainNotice } from '@palate/protocol'
import type { AgentContext } from '../context'
import { changeAgent } from './change'

/** The agent finishes what it runs and takes nothing new, or takes work again. */
export async function drainAgent(ctx: AgentContext, raw: DrainNotice): Promise<void> {
  const { draining } = DrainNotice.parse(raw)
  await ctx.db.transaction((tx) => changeAgent(tx, ctx, ctx.agentId, { type: 'drain', draining }))
}
