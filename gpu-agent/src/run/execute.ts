import { type Lease, parseTrainerLine, type TrainerEvent, type TrainerJob } from '@palate/protocol'
import type { ObjectCache } from '../files/cache'
import type { HubHttp } from '../files/hub-http'
import { retry } from '../files/retry'
import type { Redactor } from '../redact'
import { clipEvent } from './clip'
import {
  canceled,
  crashFailure,
  failed,
  type RunEnd,
  setupFailure,
  silentFailure,
  stoppedOutside,
} from './failure'
import { probeLine } from './probe-connection'
import { type Child, type Command, startChild } from './process/child'
import { countOomKills } from './process/memory'
import type { Spool } from './spool/spool'
import type { Timings } from './timings'
import { uploadArtifact } from './work/artifacts'
import { type AttemptFolder, writeState, writeWhole } from './work/attempt-folder'
import { forgetCheckpointsBeyond, newestCheckpoint } from './work/checkpoint'
import { placeInputs } from './work/inputs'

export type Execution = {
  lease: Lease
  folder: AttemptFolder
  spool: Spool
  cache: ObjectCache
  http: HubHttp
  timings: Timings
  redactor: Redactor
  commandFor: (jobFile: string) => Command
  /** Somebody wants the run to end: the trainer writes its checkpoint and the run ends as canceled. */
  cancel: AbortSignal
  /** The attempt is no longer ours, or the agent stops: the trainer ends and nothing more is spooled. */
  halt: AbortSignal
  /** Of these two the first: nothing that the trainer still says is ours to tell. */
  isLost: () => boolean
  onFailure: (error: unknown) => void
}

const reportFullEveryMs = 5000
const spoolFull =
  'The spool has reached its quota, so the trainer waits until the hub takes what is in it. Look whether the hub can be reached, or raise PALATE_SPOOL_QUOTA_BYTES.'

/** Runs one attempt from its inputs to its `run-end` in the spool, on disk. After `halt` it leaves without a run-end. */
export async function execute(execution: Execution): Promise<void> {
  const { spool, cancel, halt } = execution
  const end = await work(execution).catch((error: unknown): RunEnd => {
    if (cancel.aborted) return canceled()
    return failed(setupFailure(error))
  })
  if (halt.aborted) return
  spool.append(execution.redactor.cleanEvent(end))
  // A full disk must not lose the end of a run: it is written as soon as there is room.
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
  const onTorn = (checkpoint: string, reason: string) =>
    void spool.append({ type: 'log', level: 'warn', text: `${checkpoint} is passed over: ${reason}.` })
  await forgetCheckpointsBeyond(folder.work, lease.resume?.step ?? null)
  return {
    protocol: 1,
    runId: lease.runId,
    attemptId: lease.attemptId,
    epoch: lease.epoch,
    kind: lease.kind,
    workDir: folder.work,
    seed: lease.seed,
    resumeFrom: await newestCheckpoint(folder.work, onTorn),
    inputs,
    config: lease.config,
  }
}

/** Listens to a trainer until it has left: spools what it says, uploads what it announces, and ends it where it must. */
async function follow(child: Child, execution: Execution): Promise<RunEnd> {
  const { lease, spool, timings, cancel, halt } = execution
  const oomKillsBefore = (await countOomKills()) ?? 0
  const uploads = new UploadQueue(execution, () => child.end(timings.stopGraceMs))
  let silent = false
  let reportedFullAt = 0
  const watchdog = setTimeout(() => {
    if (spool.isFull) return void watchdog.refresh() // it is we who let it wait
    silent = true
    child.end(timings.lingerMs)
  }, timings.silenceMs)
  const onCancel = () => child.end(timings.cancelGraceMs)
  const onHalt = () => child.end(timings.stopGraceMs)
  const release = [listen(cancel, onCancel), listen(halt, onHalt)]
  let end: RunEnd | null = null
  try {
    for await (const line of child.lines) {
      watchdog.refresh()
      if (end || execution.isLost()) continue
      const event = execution.redactor.cleanEvent(clipEvent(parseTrainerLine(line)))
      // A checkpoint that is made while the agent stops must be heard of, or nobody would go on from it.
      if (halt.aborted) {
        if (event.type !== 'run-end' && event.type !== 'artifact') spool.append(event)
      } else if (event.type === 'run-end') {
        end = event
        child.killAfter(timings.lingerMs)
      } else if (event.type === 'artifact') uploads.add(event)
      // The trainer knows no hub: what lies between is measured here.
      else if (event.type === 'probe')
        spool.append({
          ...event,
          ...(await probeLine(execution.http, lease.token, AbortSignal.any([cancel, halt]))),
        })
      else spool.append(event)
      if (spool.isFull) {
        if (Date.now() - reportedFullAt > reportFullEveryMs) execution.onFailure(new Error(spoolFull))
        reportedFullAt = Date.now()
        await spool.room(halt)
        watchdog.refresh()
      }
    }
    const exit = await child.exited
    if (!end && !cancel.aborted && child.stderrTail())
      spool.append({
        type: 'log',
        level: 'error',
        text: execution.redactor.clean(child.stderrTail()).slice(-12_000),
      })
    const said = end ? honest(end, cancel) : silent ? failed(silentFailure(timings.silenceMs)) : null
    const oomKills = ((await countOomKills()) ?? 0) - oomKillsBefore
    const seen = { kind: lease.kind, stderr: child.stderrTail(), oomKills }
    const result = said ?? (cancel.aborted ? canceled() : failed(crashFailure(exit, seen)))
    const refused = await uploads.drain()
    return refused && cancel.aborted ? canceled() : (refused ?? result)
  } finally {
    clearTimeout(watchdog)
    for (const one of release) one()
  }
}

/** A trainer that stops on a signal which we did not send was stopped by somebody else. */
function honest(end: RunEnd, cancel: AbortSignal): RunEnd {
  return end.status === 'canceled' && !cancel.aborted ? failed(stoppedOutside) : end
}

function listen(signal: AbortSignal, act: () => void): () => void {
  if (signal.aborted) act()
  else signal.addEventListener('abort', act, { once: true })
  return () => signal.removeEventListener('abort', act)
}

/** Uploads one after another while the trainer goes on; an artifact's event is spooled when the hub has its bytes. */
class UploadQueue {
  private last: Promise<void> = Promise.resolve()
  private failure: RunEnd | null = null

  constructor(
    private readonly execution: Execution,
    private readonly onRefused: () => void,
  ) {}

  add(artifact: Extract<TrainerEvent, { type: 'artifact' }>): void {
    this.last = this.last.then(() => this.upload(artifact))
  }

  /** Waits for the last upload. @returns the run's failure when one could not be made */
  async drain(): Promise<RunEnd | null> {
    await this.last
    return this.failure
  }

  private async upload(artifact: Extract<TrainerEvent, { type: 'artifact' }>): Promise<void> {
    const { lease, folder, http, cancel, halt, spool, onFailure } = this.execution
    if (this.failure || halt.aborted) return
    try {
      const signal = AbortSignal.any([cancel, halt])
      const context = { lease, workDir: folder.work, http, signal, onFailure }
      const sent = await uploadArtifact(artifact, context)
      if (!halt.aborted) spool.append(sent)
    } catch (error) {
      this.failure = failed(setupFailure(error))
      if (!halt.aborted) this.onRefused()
    }
  }
}
