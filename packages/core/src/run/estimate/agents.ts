import { agent, type Database, type Transaction } from '@palate/db'
import type { EstimateDevice, EstimateKind, Hardware, ModelShape } from '@palate/protocol'
import { and, asc, eq, isNull } from 'drizzle-orm'
import { agentStatus } from '../../agent/online'
import type { EstimateAgentView } from './schemas'
import { loadSpeeds } from './speeds'

/** The agents that may do this kind of work, each with its device and how fast it was before. */
export async function loadEstimateAgents(
  tx: Database | Transaction,
  ctx: { workspaceId: string; now: () => Date },
  wanted: { kind: EstimateKind; baseId: string | null; shape: ModelShape | null },
): Promise<EstimateAgentView[]> {
  const speeds = await loadSpeeds(tx, ctx.workspaceId, wanted)
  const rows = await tx
    .select()
    .from(agent)
    .where(and(eq(agent.workspaceId, ctx.workspaceId), isNull(agent.revokedAt)))
    .orderBy(asc(agent.createdAt), asc(agent.id))
  return rows.flatMap((row) => {
    const { id, name, hardware, price } = row
    if (!hardware || !row.kinds.includes(wanted.kind)) return []
    const probedFlops = row.probe?.flopsPerSecond ?? null
    const device = { ...deviceOf(hardware), measured: speeds.get(id) ?? null, probedFlops }
    return [{ id, name, price, device, online: agentStatus(row, ctx.now()) === 'online' }]
  })
}

/** A run takes one GPU, the first; without one it works on the CPU. */
function deviceOf({ gpus, cpuModel, memoryBytes }: Hardware): Omit<EstimateDevice, 'measured'> {
  const [gpu] = gpus
  return gpu
    ? { kind: 'cuda', name: gpu.name, memoryBytes: gpu.memoryBytes }
    : { kind: 'cpu', name: cpuModel, memoryBytes }
}
