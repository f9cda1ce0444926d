import type { Logger } from 'pino'
import { Attempt, type AttemptTools } from './attempt'
import { endOrphan } from './process/process'
import { isDiskError, listAttempts, removeAttempt } from './work/attempt-folder'

/**
 * Takes up what an earlier life of this agent left on disk. A trainer that outlived its agent is ended (its output went
 * into a closed pipe; the next attempt goes on from its checkpoint), and each attempt is opened for delivery.
 *
 * @throws Error of the file system when the disk does not give an attempt back: the agent does not start, nothing is lost
 */
export async function recoverAttempts(home: string, tools: AttemptTools, log: Logger): Promise<Attempt[]> {
  const attempts = []
  for (const { folder, state } of await listAttempts(home)) {
    const { runId, attemptId } = state.lease
    try {
      if (state.process && (await endOrphan(state.process, tools.timings.stopGraceMs)))
        log.warn({ runId, attemptId }, 'ended a trainer that outlived its agent')
      attempts.push(await Attempt.open(state.lease, folder, tools))
    } catch (error) {
      if (isDiskError(error)) throw error
      log.error(
        { runId, attemptId, reason: String(error) },
        'an attempt on disk cannot be read and is given up',
      )
      await removeAttempt(folder, false)
    }
  }
  return attempts
}
