import type { TrainerJob } from '@palate/protocol'
import { retry } from '../files/retry'
import type { Execution } from './execution'
import { canceled, failed, type RunEnd, setupFailure } from './failure'
import { follow } from './follow'
import { startChild } from './process/child'
import { writeState, writeWhole } from './work/attempt-folder'
import { CheckpointGone, forgetCheckpointsBeyond, newestCheckpoint } from './work/checkpoint'
import { placeInputs } from './work/inputs'
import { stopFile } from './work/stop-wish'

/** Runs one attempt from its inputs to its `run-end` in the spool, on disk. After `halt` there is no run-end. */
export async function execute(execution: Execution): Promise<void> {
  const { spool, cancel, halt } = execution
  const end = await work(execution).catch((error: unknown): RunEnd => {
    if (cancel.aborted) return canceled()
    return failed(setupFailure(error))
  })
  if (halt.aborted) return
  spool.append(execution.redactor.cleanEvent(end))
  // The end of a run must not be lost on a full disk: it is written as soon as there is room.
  await retry(() => spool.flush(), { signal: halt, onFailure: execution.onFailure }).catch(() => undefined)
}

async function work(execution: Execution): Promise<RunEnd> {
  const { lease, folder, spool, timings, cancel, halt } = execution
  spool.append({ type: 'progress', step: 0, totalSteps: 0, stage: 'inputs' })
  const setup = AbortSignal.any([cancel, halt])
  const inputs = await placeInputs(lease, folder.work, execution.cache, setup)
  await writeWhole(folder.jobFile, JSON.stringify(await jobOf(execution, inputs)))
  setup.throwIfAborted()
  const child = await startChild(execution.commandFor(folder.jobFile))
  try {
    await writeState(folder, { lease, process: child.id })
    return await follow(child, execution)
  } finally {
    child.end(timings.stopGraceMs)
    await child.exited
  }
}

async function jobOf(execution: Execution, inputs: Record<string, string>): Promise<TrainerJob> {
  const { lease, folder, spool } = execution
  const onDamaged = (checkpoint: string, reason: string) =>
    void spool.append({ type: 'log', level: 'warn', text: `${checkpoint} is skipped: ${reason}.` })
  await forgetCheckpointsBeyond(folder.work, lease.resume?.step ?? null)
  const resumeFrom = await newestCheckpoint(folder.work, onDamaged)
  if (lease.resume?.required && resumeFrom === null) throw new CheckpointGone(lease.resume.step)
  return {
    protocol: 1,
    runId: lease.runId,
    attemptId: lease.attemptId,
    epoch: lease.epoch,
    kind: lease.kind,
    workDir: folder.work,
    seed: lease.seed,
    stopFile,
    resumeFrom,
    inputs,
    config: lease.config,
  }
}
