import { artifact, run, type Transaction } from '@palate/db'
import type { RunFailure } from '@palate/protocol'
import { and, eq } from 'drizzle-orm'
import { finishEvaluation } from '../../evaluation/finish'
import { registerModelVersion } from '../../model/register'
import { finishBatch } from '../../variant/finish-batch'
import type { RunRow } from '../queue/insert'

type Workspace = { workspaceId: string; now: () => Date }

const missing: RunFailure = {
  code: 'artifacts_missing',
  message: 'The training finished, but its weights were not uploaded.',
  remedy: "Check the agent's log for a failed upload, then create the run again.",
}

/** What follows from a run's end, in the same transaction: its model version is registered, or its batch or evaluation goes on. */
export async function settleRun(tx: Transaction, ctx: Workspace, ended: RunRow): Promise<void> {
  const { id, status } = ended
  if (status !== 'finished' && status !== 'failed' && status !== 'canceled') return
  if (ended.kind === 'generate') {
    const fault = ended.failure?.message ?? 'The run that generates the answers failed.'
    const run = { id, status, error: status === 'failed' ? fault : null }
    await finishBatch(tx, ctx, run)
    await finishEvaluation(tx, ctx, run)
    return
  }
  if (status !== 'finished' || ended.kind === 'probe') return
  const arrived = ended.lineage.base ? await hasAdapter(tx, id) : await registerModelVersion(tx, ctx, ended)
  if (!arrived) await tx.update(run).set({ status: 'failed', failure: missing }).where(eq(run.id, id))
}

/** An adapter on an external model is not registered: without its base, Palate cannot serve it. It stays with its run. */
async function hasAdapter(tx: Transaction, runId: string): Promise<boolean> {
  const delivered = and(eq(artifact.runId, runId), eq(artifact.role, 'adapter'))
  return (await tx.$count(artifact, delivered)) > 0
}
