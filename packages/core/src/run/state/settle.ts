import { artifact, run, type Transaction } from '@palate/db'
import type { RunFailure } from '@palate/protocol'
import { and, eq } from 'drizzle-orm'
import { finishGenerateRun } from '../../generation/finish'
import { registerModelVersion } from '../../model/register'
import type { RunRow } from '../queue/insert'

type Workspace = { workspaceId: string; now: () => Date }

const missing: RunFailure = {
  code: 'artifacts-missing',
  message: 'The training ended well, but its weights did not arrive.',
  remedy: "Look at the agent's log for a failed upload, then start the run anew.",
}

/** What hangs on a run that is over: its model version, its batch or its evaluation. In the transaction that ended it. */
export async function settleRun(tx: Transaction, ctx: Workspace, ended: RunRow): Promise<void> {
  if (ended.status !== 'finished' && ended.status !== 'failed' && ended.status !== 'canceled') return
  if (ended.kind === 'generate') return finishGenerateRun(tx, ctx, ended, ended.status)
  if (ended.status !== 'finished' || ended.kind === 'probe') return
  const arrived = ended.lineage.base
    ? await hasAdapter(tx, ended.id)
    : await registerModelVersion(tx, ctx, ended)
  if (!arrived) await tx.update(run).set({ status: 'failed', failure: missing }).where(eq(run.id, ended.id))
}

/** An adapter on an external model stays with its run: the registry holds what Palate can serve, and its base is not here. */
async function hasAdapter(tx: Transaction, runId: string): Promise<boolean> {
  const delivered = and(eq(artifact.runId, runId), eq(artifact.role, 'adapter'))
  return (await tx.$count(artifact, delivered)) > 0
}
