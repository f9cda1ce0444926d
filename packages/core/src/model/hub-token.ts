import { run, runSecret, type Transaction } from '@palate/db'
import { and, eq, inArray, lt, or } from 'drizzle-orm'
import type { Deps, ServiceContext } from '../context'
import { acrossWorkspaces } from '../tenant'

/** Keeps a person's access token for the Hugging Face hub, encrypted, for the agent that will import the model. */
export async function storeHubToken(
  tx: Transaction,
  { sealer, workspaceId }: ServiceContext,
  { runId, token }: { runId: string; token: string },
): Promise<void> {
  await tx.insert(runSecret).values({ runId, workspaceId, sealed: sealer.seal(token, runId) })
}

/** Gives the token of an ended import to the one that repeats it. */
export async function moveHubToken(
  tx: Transaction,
  ctx: ServiceContext,
  { from, to }: { from: string; to: string },
): Promise<void> {
  const [row] = await tx.delete(runSecret).where(eq(runSecret.runId, from)).returning()
  const token = row && ctx.sealer.open(row.sealed, from)
  if (token) await storeHubToken(tx, ctx, { runId: to, token })
}

const keptMs = 24 * 3600_000

/** Deletes the tokens of imports that have finished, and of others a day after their end. @returns how many */
export async function cleanHubTokens(deps: Deps): Promise<number> {
  const { db, now } = acrossWorkspaces(deps, 'sweep')
  const before = new Date(now().getTime() - keptMs)
  const ended = db
    .select({ id: run.id })
    .from(run)
    .where(
      or(
        eq(run.status, 'finished'),
        and(inArray(run.status, ['failed', 'canceled']), lt(run.finishedAt, before)),
      ),
    )
  const gone = await db
    .delete(runSecret)
    .where(inArray(runSecret.runId, ended))
    .returning({ id: runSecret.runId })
  return gone.length
}
