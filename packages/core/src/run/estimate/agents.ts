import { agent, type Database, type Transaction } from '@palate/db'
import type { EstimateDevice, EstimateKind, Hardware, ModelShape } from '@palate/protocol'
import { and, asc, eq, isNull } from 'drizzle-orm'
import { agentStatus } from '../../agent-status'
import type { EstimateAgentView } from './schemas'
import { loadSpeeds } from './speeds'

/** The agents that support this kind of run, each with its device and its measured speed. */
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

/** A run uses one GPU, the first, or the CPU on a machine without a GPU. */
function deviceOf({ gpus, cpuModel, memoryBytes }: Hardware): Omit<EstimateDevice, 'measured'> {
  const [gpu] = gpus
  return gpu
    ? { kind: 'cuda', name: gpu.name, memoryBytes: gpu.memoryBytes }
    : { kind: 'cpu', name: cpuModel, memoryBytes }
}
