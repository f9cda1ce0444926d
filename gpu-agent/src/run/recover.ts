import type { Logger } from 'pino'
import { Attempt, type AttemptTools } from './attempt'
import { endOrphan } from './process/process'
import { isDiskError, listAttempts, removeAttempt } from './work/attempt-folder'

/**
 * Opens the attempts that an earlier process of this agent left on disk, for delivery. A trainer that still runs is
 * ended: its output goes to a closed pipe, and the next attempt resumes from its checkpoint.
 *
 * @throws Error of the file system when an attempt cannot be read: the agent then does not start and nothing is lost
 */
export async function recoverAttempts(home: string, tools: AttemptTools, log: Logger): Promise<Attempt[]> {
  const attempts = []
  for (const { folder, state } of await listAttempts(home)) {
    const { runId, attemptId } = state.lease
    try {
      if (state.process && (await endOrphan(state.process, tools.timings.stopGraceMs)))
        log.warn({ runId, attemptId }, 'ended a trainer of an earlier agent process')
      attempts.push(await Attempt.open(state.lease, folder, tools))
    } catch (error) {
      if (isDiskError(error)) throw error
      log.error({ runId, attemptId, reason: String(error) }, 'an attempt on disk is damaged and was removed')
      await removeAttempt(folder, false)
    }
  }
  return attempts
}
