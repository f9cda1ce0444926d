import { attempt, type Database, run, type Transaction } from '@palate/db'
import { describeWork, type FitDevice, type FitKind, type ModelShape } from '@palate/protocol'
import { and, desc, eq, isNotNull } from 'drizzle-orm'

type Measured = NonNullable<FitDevice['measured']>

/** How far back a speed is looked for. */
const lookBack = 100

/** The speed of each agent in its newest run of this kind on the same model, by the agent's id. */
export async function loadSpeeds(
  tx: Database | Transaction,
  workspaceId: string,
  wanted: { kind: FitKind; baseId: string | null; shape: ModelShape | null },
): Promise<Map<string, Measured>> {
  const rows = await tx
    .select({ agentId: attempt.agentId, receipt: attempt.receipt, run })
    .from(attempt)
    .innerJoin(run, eq(run.id, attempt.runId))
    .where(
      and(
        eq(attempt.workspaceId, workspaceId),
        eq(run.kind, wanted.kind),
        eq(attempt.status, 'finished'),
        isNotNull(attempt.receipt),
      ),
    )
    .orderBy(desc(attempt.endedAt), desc(run.number))
    .limit(lookBack)
  const speeds = new Map<string, Measured>()
  for (const { agentId, receipt, run: made } of rows) {
    const tokensPerSecond = receipt?.usefulTokensPerSecond
    if (!receipt || !tokensPerSecond || speeds.has(agentId) || !isSameModel(made, wanted)) continue
    const otherSeconds = Math.max(0, receipt.seconds - (receipt.trainSeconds ?? receipt.seconds))
    speeds.set(agentId, { runNumber: made.number, tokensPerSecond, otherSeconds })
  }
  return speeds
}

/** A pre-training makes its model from its configuration; all others start from a registered one. */
function isSameModel(
  made: typeof run.$inferSelect,
  { kind, baseId, shape }: { kind: FitKind; baseId: string | null; shape: ModelShape | null },
): boolean {
  if (kind !== 'pretrain') return baseId !== null && made.lineage.baseModelVersionId === baseId
  const own = describeWork('pretrain', made.config, null, null)?.shape
  return shape !== null && JSON.stringify(own) === JSON.stringify(shape)
}
