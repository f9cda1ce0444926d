import { runLog, runPreflightRow, runSample, type Transaction } from '@palate/db'
import type { SpooledEvent } from '@palate/protocol'
import type { AttemptRow } from '../state/lock'

/** Stores the log lines, samples and preflight rows of a chunk. A row with the same sequence number is kept. */
export async function writeTexts(
  tx: Transaction,
  attempt: AttemptRow,
  events: readonly SpooledEvent[],
): Promise<void> {
  const { id: attemptId, runId, workspaceId } = attempt
  const logs = events.flatMap(({ seq, at, event }) =>
    event.type === 'log'
      ? [{ workspaceId, runId, attemptId, seq, level: event.level, text: event.text, time: new Date(at) }]
      : [],
  )
  const samples = events.flatMap(({ seq, event }) =>
    event.type === 'sample'
      ? [{ workspaceId, runId, attemptId, seq, step: event.step, prompt: event.prompt, text: event.text }]
      : [],
  )
  const preflightRows = events.flatMap(({ seq, event }) => {
    if (event.type !== 'preflight-row') return []
    const { type: _type, row, ...sequence } = event
    return [{ workspaceId, runId, attemptId, seq, row, sequence }]
  })
  if (logs.length > 0) await tx.insert(runLog).values(logs).onConflictDoNothing()
  if (samples.length > 0) await tx.insert(runSample).values(samples).onConflictDoNothing()
  if (preflightRows.length > 0) await tx.insert(runPreflightRow).values(preflightRows).onConflictDoNothing()
}
