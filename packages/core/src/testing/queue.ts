import { agent, newId, run } from '@palate/db'
import { type Gpu, type Hardware, type LeaseRequest, type RunKind, RunNeeds } from '@palate/protocol'
import { eq } from 'drizzle-orm'
import type { AgentContext } from '../context'
import { required } from '../error'
import { nextNumber } from '../next-number'
import type { Arranging } from './deps'
import { createAgent } from './workspace-fixture'

type RunRow = typeof run.$inferSelect

/** A queued run without inputs, with the next number. */
export async function queueRun(
  deps: Arranging,
  workspaceId: string,
  made: { needs?: Partial<RunNeeds> } & Partial<
    Pick<RunRow, 'kind' | 'priority' | 'experimentId' | 'createdBy' | 'createdAt'>
  > = {},
): Promise<RunRow> {
  const { needs, ...fields } = made
  const [row] = await deps.all.transaction(async (tx) =>
    tx
      .insert(run)
      .values({
        ...{ id: newId('run'), workspaceId, number: await nextNumber(tx, run, workspaceId) },
        ...{ name: 'queued', kind: 'pretrain', status: 'queued', seed: 1, config: {} },
        ...{ needs: RunNeeds.parse(needs ?? {}), createdAt: deps.now() },
        ...fields,
      })
      .returning(),
  )
  return required(row, 'The run')
}

/** A request for work from an agent that holds nothing and whose GPUs, if it has any, are all idle. */
export const requestWork = (kinds: RunKind[], more: Partial<LeaseRequest> = {}): LeaseRequest => ({
  ...{ kinds, holding: [], freeGpus: ['a', 'b', 'c', 'd', 'GPU-1'] },
  ...more,
})

export const gpu = (uuid: string, gigabytes: number): Gpu => ({
  uuid,
  name: 'Test GPU',
  memoryBytes: gigabytes * 1e9,
  driver: '1',
})

export const hardwareWith = (gpus: Gpu[]): Hardware => ({
  hostname: 'machine',
  cpuModel: 'test',
  cpuCores: 4,
  memoryBytes: 32e9,
  gpus,
})

/** An agent of the workspace that has reported its hardware. */
export async function createMachine(
  deps: Arranging,
  workspaceId: string,
  reported: { name?: string; gpus?: Gpu[]; labels?: string[]; draining?: boolean } = {},
): Promise<AgentContext> {
  const { name, gpus = [], ...rest } = reported
  const machine = await createAgent(deps, workspaceId, name)
  await deps.all
    .update(agent)
    .set({ hardware: hardwareWith(gpus), ...rest })
    .where(eq(agent.id, machine.agentId))
  return machine
}
