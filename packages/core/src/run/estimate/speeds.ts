import { attempt, type Database, run, type Transaction } from '@palate/db'
import {
  describeWork,
  type EstimateDevice,
  type EstimateKind,
  type ModelShape,
  type RunSummary,
} from '@palate/protocol'
import { and, desc, eq, isNotNull } from 'drizzle-orm'
import { baseKey } from './shape'

type Measured = NonNullable<EstimateDevice['measured']>

/** How many runs back to look for a speed. */
const historyRuns = 100

/** The speed of each agent in its newest run of this kind on the same model, by agent id. */
export async function loadSpeeds(
  tx: Database | Transaction,
  workspaceId: string,
  wanted: { kind: EstimateKind; baseId: string | null; shape: ModelShape | null },
): Promise<Map<string, Measured>> {
  const rows = await tx
    .select({ agentId: attempt.agentId, summary: attempt.summary, run })
    .from(attempt)
    .innerJoin(run, eq(run.id, attempt.runId))
    .where(
      and(
        eq(attempt.workspaceId, workspaceId),
        eq(run.kind, wanted.kind),
        eq(attempt.status, 'finished'),
        isNotNull(attempt.summary),
      ),
    )
    .orderBy(desc(attempt.endedAt), desc(run.number))
    .limit(historyRuns)
  const speeds = new Map<string, Measured>()
  for (const { agentId, summary, run: made } of rows) {
    if (!summary || speeds.has(agentId) || !isSameModel(made, wanted)) continue
    const tokensPerSecond = speedOf(made, summary)
    if (!tokensPerSecond) continue
    const otherSeconds = Math.max(0, summary.seconds - (summary.trainSeconds ?? summary.seconds))
    speeds.set(agentId, { runNumber: made.number, tokensPerSecond, otherSeconds })
  }
  return speeds
}

/**
 * Tokens per second as the estimate counts them. For a pre-training, the estimate knows only the longest rows, so its
 * speed is converted to them; after a resume no attempt has made all steps, so there is no speed.
 */
function speedOf(made: typeof run.$inferSelect, summary: RunSummary): number | null {
  if (made.kind !== 'pretrain') return summary.usefulTokensPerSecond ?? null
  const work = describeWork('pretrain', made.config, null, null)
  if (made.leaseEpoch > 1 || !summary.trainSeconds || !work?.data) return null
  return work.data.tokens / summary.trainSeconds
}

/** A pre-training's model follows from its configuration; all other kinds have a base model. */
function isSameModel(
  made: typeof run.$inferSelect,
  { kind, baseId, shape }: { kind: EstimateKind; baseId: string | null; shape: ModelShape | null },
): boolean {
  if (kind !== 'pretrain') return baseId !== null && baseKey(made.lineage) === baseId
  const own = describeWork('pretrain', made.config, null, null)?.shape
  return shape !== null && JSON.stringify(own) === JSON.stringify(shape)
}
