import { attempt, runLog } from '@palate/db'
import { and, desc, eq, sql } from 'drizzle-orm'
import type { ServiceContext } from '../context'
import { authorize } from '../permission'
import { findOwnRun } from './read'
import { RunLogsInput } from './schemas'

interface RunLogView {
  attemptId: string
  attemptNumber: number
  seq: number
  level: string
  text: string
  time: Date
}

export interface RunLogPage {
  /** Oldest first. */
  items: RunLogView[]
  /** For the page of older lines; null at the start of the log. */
  nextCursor: string | null
}

/** A page of a run's log over all attempts, starting with the newest lines. */
export async function getRunLogs(ctx: ServiceContext, raw: RunLogsInput): Promise<RunLogPage> {
  authorize(ctx, 'run:read')
  const { runId, level, cursor, limit } = RunLogsInput.parse(raw)
  await findOwnRun(ctx, runId)
  const before = readCursor(cursor)
  const rows = await ctx.db
    .select({
      attemptId: runLog.attemptId,
      attemptNumber: attempt.number,
      seq: runLog.seq,
      level: runLog.level,
      text: runLog.text,
      time: runLog.time,
    })
    .from(runLog)
    .innerJoin(attempt, eq(attempt.id, runLog.attemptId))
    .where(
      and(
        eq(runLog.runId, runId),
        eq(runLog.workspaceId, ctx.workspaceId),
        level && eq(runLog.level, level),
        before && sql`(${attempt.number}, ${runLog.seq}) < (${before.number}, ${before.seq})`,
      ),
    )
    .orderBy(desc(attempt.number), desc(runLog.seq))
    .limit(limit + 1)
  const items = rows.slice(0, limit).reverse()
  const oldest = items[0]
  return { items, nextCursor: rows.length > limit && oldest ? `${oldest.attemptNumber}.${oldest.seq}` : null }
}

function readCursor(cursor: string | undefined): { number: number; seq: number } | undefined {
  const found = cursor?.match(/^(\d{1,9})\.(\d{1,15})$/)
  return found ? { number: Number(found[1]), seq: Number(found[2]) } : undefined
}
