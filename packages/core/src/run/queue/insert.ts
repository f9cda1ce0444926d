import { newId, type RunEstimate, type RunInput, run, type Transaction } from '@palate/db'
import { type RunKind, RunNeeds } from '@palate/protocol'
import type { ObjectStore } from '@palate/storage'
import { actorUserId } from '../../actor'
import type { ServiceContext } from '../../context'
import { required } from '../../error'
import { nextNumber } from '../../next-number'
import { notifyAgents, notifyRun } from '../../notify'

export type RunRow = typeof run.$inferSelect

export interface NewRun {
  kind: RunKind
  name: string
  seed: number
  config: Record<string, unknown>
  inputs: RunInput[]
  lineage: Record<string, unknown>
  estimates?: RunEstimate[]
  priority?: number
  /** Default: any agent that supports this kind. */
  needs?: RunNeeds
}

/** Queues a run with the workspace's next number and notifies the agents. The caller has authorized and parsed. */
export async function insertRun(tx: Transaction, ctx: ServiceContext, made: NewRun): Promise<RunRow> {
  const { workspaceId } = ctx
  const needs = made.needs ?? RunNeeds.parse({})
  const number = await nextNumber(tx, run, workspaceId)
  const [row] = await tx
    .insert(run)
    .values({
      id: newId('run'),
      workspaceId,
      number,
      status: 'queued',
      createdBy: actorUserId(ctx.actor),
      createdAt: ctx.now(),
      ...made,
      needs,
    })
    .returning()
  const queued = required(row, 'The run')
  await notifyRun(tx, queued)
  await notifyAgents(tx, { agentId: null, workspaceId, about: 'work', attemptId: null })
  return queued
}

/** Stores a text as a run's input with the name that the job uses. The same text is stored once. */
export async function storeInput(storage: ObjectStore, name: string, text: string): Promise<RunInput> {
  const { key, sizeBytes, sha256 } = await storage.putContent(Buffer.from(text, 'utf8'))
  return { name, storageKey: key, sizeBytes, sha256 }
}

/** One JSON value per line. */
export function toJsonLines(rows: readonly unknown[]): string {
  return rows.map((row) => `${JSON.stringify(row)}\n`).join('')
}
