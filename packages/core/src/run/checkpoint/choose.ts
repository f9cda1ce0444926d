import type { CheckpointReport } from '@palate/protocol'
import { formatBytes } from '../queue/format-waiting'

/** From where an ended run can be resumed, or why it cannot. */
export type ResumeView =
  | {
      possible: true
      agentId: string
      agentName: string
      online: boolean
      /** Of the checkpoint: training goes on after it. */
      step: number
      sizeBytes: number
      keptUntil: Date
    }
  | { possible: false; because: string }

/** How an agent keeps the checkpoints of runs that end without a model. */
export interface CheckpointKeeping {
  agentName: string
  keepMs: number
  budgetBytes: number
}

/** An attempt that has written a checkpoint, and what its agent has reported since. */
export interface Holder {
  agentId: string
  agentName: string
  online: boolean
  revoked: boolean
  /** The newest checkpoint that the attempt has reported. */
  step: number
  endedAt: Date | null
  report: (CheckpointReport & { reportedAt: number }) | null
}

/**
 * From where an ended run can be resumed: from its newest checkpoint that an agent still keeps. Pure.
 *
 * @param holders the run's attempts with a checkpoint, newest first
 */
export function chooseCheckpoint(runId: string, holders: readonly Holder[], now: Date): ResumeView {
  const [newest] = holders
  if (!newest) return { possible: false, because: 'It ended before its first checkpoint.' }
  const kept = holders.flatMap(({ revoked, report, ...holder }) => {
    const found = report?.kept.find((one) => one.runId === runId)
    return found && !revoked && found.keptUntil > now.getTime() ? [{ ...holder, found }] : []
  })
  const [best] = kept.sort((a, b) => b.step - a.step)
  if (!best) return { possible: false, because: describeLoss(newest, runId, now) }
  const { agentId, agentName, online, step, found } = best
  const { sizeBytes, keptUntil } = found
  return { possible: true, agentId, agentName, online, step, sizeBytes, keptUntil: new Date(keptUntil) }
}

function describeLoss({ agentName, revoked, report, endedAt, online }: Holder, runId: string, now: Date) {
  if (revoked) return `The agent ${agentName} had its checkpoint, and was revoked.`
  if (!report || (endedAt && report.reportedAt < endedAt.getTime()))
    return online
      ? `The agent ${agentName} is about to report whether it keeps the checkpoint.`
      : `The agent ${agentName} has its checkpoint, but is offline and has not reported it yet.`
  const late = report.kept.find((one) => one.runId === runId && one.keptUntil <= now.getTime())
  const policy = describePolicy(report)
  return late
    ? `The agent ${agentName} no longer keeps its checkpoint: it keeps them ${policy}.`
    : `The agent ${agentName} does not have its checkpoint any more. It keeps checkpoints ${policy}.`
}

/** "for 7 days, up to 20 GB in all". */
export function describePolicy({ keepMs, budgetBytes }: Pick<CheckpointReport, 'keepMs' | 'budgetBytes'>) {
  const hours = Math.round(keepMs / 3600_000)
  const time = hours < 48 ? `${hours} hour${hours === 1 ? '' : 's'}` : `${Math.round(hours / 24)} days`
  return `for ${time}, up to ${formatBytes(budgetBytes)} in all`
}
