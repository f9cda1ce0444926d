import { setTimeout as sleep } from 'node:timers/promises'
import {
  type HardwareSample,
  type Lease,
  LeaseRenewalReply,
  type RunningAttempt,
  type RunWishes,
} from '@palate/protocol'
import type { Logger } from 'pino'
import type { HubLink } from '../connect/hub-link'
import type { ObjectCache } from '../files/cache'
import type { HubHttp } from '../files/hub-http'
import { FinalError } from '../files/retry'
import { sampleMetrics } from '../hardware/machine'
import type { Redactor } from '../redact'
import { execute } from './execute'
import type { Command } from './process/child'
import { deliver } from './spool/deliver'
import { Spool } from './spool/spool'
import type { Timings } from './timings'
import { type AttemptFolder, removeAttempt } from './work/attempt-folder'
import { keepCheckpoint } from './work/kept-checkpoints'
import { writeStopWish } from './work/stop-wish'

export type AttemptTools = {
  link: HubLink
  cache: ObjectCache
  http: HubHttp
  timings: Timings
  /** Bytes of an attempt's events that may wait for the hub; with more, the trainer waits. */
  spoolQuotaBytes?: number
  redactor: Redactor
  log: Logger
  commandFor: (lease: Lease, jobFile: string) => Command
}

/** `delivered`: the hub has all events; `left`: the hub has all events that a crash left, but there was no run-end. */
export type AttemptOutcome = 'delivered' | 'left' | 'lost' | 'stopped'

/**
 * One attempt on this agent: its spool, its delivery, the renewal of its lease, and its execution (`run`) or only the
 * delivery of what a crash left (`finishLeftover`).
 */
export class Attempt {
  private readonly canceling = new AbortController()
  private readonly halting = new AbortController()
  private isLost = false
  private stopAfterStep: number | null = null
  private workingSince: number | null = null

  private constructor(
    readonly lease: Lease,
    private readonly folder: AttemptFolder,
    private readonly spool: Spool,
    private readonly tools: AttemptTools,
  ) {}

  static async open(lease: Lease, folder: AttemptFolder, tools: AttemptTools): Promise<Attempt> {
    for (const secret of secretsOf(lease)) tools.redactor.learn(secret)
    const { runId, attemptId } = lease
    const spool = await Spool.open(folder.spool, {
      quotaBytes: tools.spoolQuotaBytes,
      reserve: folder.reserve,
      onFailure: (error) => tools.log.warn({ runId, attemptId, reason: reasonOf(error) }, 'events wait'),
    })
    return new Attempt(lease, folder, spool, tools)
  }

  describe(): RunningAttempt {
    const { runId, attemptId, epoch } = this.lease
    return { runId, attemptId, epoch, lastSeq: this.spool.flushedSeq }
  }

  /** Raises the watermark to that of the hub; the agent's own may be behind after a crash. */
  async acknowledge(seq: number): Promise<void> {
    await this.spool.ack(seq)
  }

  /** What the machine looked like while this attempt worked on it, as metrics by the seconds since it began. */
  note(sample: HardwareSample): void {
    if (this.workingSince === null || this.spool.ended || this.spool.isFull || this.halting.signal.aborted)
      return
    const position = Math.max(0, Math.round((sample.at - this.workingSince) / 1000))
    const values = sampleMetrics(sample, this.lease.gpus)
    this.spool.append({ type: 'metric', axis: 'seconds', position, time: sample.at, values })
  }

  /** The run should end after this step and keep its model: the trainer reads it from a file. */
  async stopAfter(step: number): Promise<void> {
    if (this.stopAfterStep === step) return
    try {
      await writeStopWish(this.folder, { afterStep: step })
      this.stopAfterStep = step
    } catch (error) {
      // The next renewal says it again.
      this.warn(error)
    }
  }

  cancel(): void {
    this.canceling.abort(new Error('The run was canceled.'))
  }

  /** Another attempt has the lease: ends the trainer and removes the attempt. */
  lose(): void {
    this.isLost = true
    this.halting.abort(new Error('The lease was lost.'))
  }

  /** The agent stops: ends the trainer with a checkpoint; the spool stays for the next start. */
  stop(): void {
    this.halting.abort(new Error('The agent stops.'))
  }

  /** Executes the lease and delivers its events. */
  async run(): Promise<AttemptOutcome> {
    const { folder, lease, spool, tools } = this
    const onFailure = (error: unknown) => this.warn(error)
    await this.takeWish().catch((error: unknown) => this.warn(error))
    const renewal = this.renew()
    const delivery = this.deliver(false)
    this.workingSince = Date.now()
    await execute({
      ...{ lease, folder, spool, onFailure, redactor: tools.redactor },
      ...{ cache: tools.cache, http: tools.http, timings: tools.timings },
      commandFor: (jobFile) => tools.commandFor(lease, jobFile),
      cancel: this.canceling.signal,
      halt: this.halting.signal,
      isLost: () => this.isLost,
    })
    const outcome = await delivery
    this.halting.abort()
    await renewal
    return this.close(outcome)
  }

  /** What the lease says of an early end. A wish of an attempt before may no longer hold: the run may have been resumed. */
  private async takeWish(): Promise<void> {
    const { stopAfterStep } = this.lease
    if (stopAfterStep !== null) await this.stopAfter(stopAfterStep)
    else if (this.stopAfterStep === null) await writeStopWish(this.folder, null)
  }

  /** Delivers the events that a crash left; an attempt without a run-end is then given up. */
  async finishLeftover(): Promise<AttemptOutcome> {
    const { ended } = this.spool
    const renewal = this.renew()
    const outcome = await this.deliver(true)
    this.halting.abort()
    await renewal
    return this.close(outcome === 'delivered' && !ended ? 'left' : outcome)
  }

  private async deliver(leftoverOnly: boolean): Promise<AttemptOutcome> {
    const { runId, attemptId, epoch } = this.lease
    const outcome = await deliver(this.spool, { runId, attemptId, epoch }, this.tools.link, {
      signal: this.halting.signal,
      leftoverOnly,
      onFailure: (error) => this.warn(error),
    })
    if (outcome === 'lost') this.lose()
    return this.isLost ? 'lost' : outcome
  }

  private async close(outcome: AttemptOutcome): Promise<AttemptOutcome> {
    await this.spool.close().catch((error: unknown) => this.warn(error))
    for (const secret of secretsOf(this.lease)) this.tools.redactor.forget(secret)
    const final = this.isLost ? 'lost' : outcome
    if (final === 'stopped') return final
    // After a spooled run-end without a failure of the machine the run is over, also if the hub already had the end. One
    // that ended without a model can be resumed from its checkpoint.
    const { endsRun, hasFinished } = this.spool
    const kept = endsRun && !hasFinished && (await keepCheckpoint(this.folder))
    await removeAttempt(this.folder, endsRun && !kept)
    return final
  }

  /** What users ask of the run. */
  follow({ cancel, stopAfterStep }: RunWishes): void {
    if (cancel) this.cancel()
    else if (stopAfterStep !== null) void this.stopAfter(stopAfterStep)
  }

  /** Renews the lease until the attempt ends. While the hub does not reply, the attempt continues and fills the spool. */
  private async renew(): Promise<void> {
    const { signal } = this.halting
    const { runId, attemptId, epoch, leaseMs } = this.lease
    const everyMs = Math.min(this.tools.timings.renewEveryMs, leaseMs / 3)
    while (!signal.aborted) {
      await sleep(everyMs, undefined, { signal }).catch(() => undefined)
      if (signal.aborted) return
      try {
        const reply = await this.tools.link.call(
          'lease-renewal',
          { runId, attemptId, epoch },
          LeaseRenewalReply,
        )
        if (reply.lost) this.lose()
        else this.follow(reply)
      } catch (error) {
        this.warn(error)
        if (error instanceof FinalError && error.code === 'lease_lost') this.lose()
      }
    }
  }

  private warn(error: unknown): void {
    if (this.halting.signal.aborted) return
    const { runId, attemptId } = this.lease
    this.tools.log.warn({ runId, attemptId, reason: reasonOf(error) }, 'an attempt has a problem')
  }
}

const secretsOf = ({ token, hubToken }: Lease) => (hubToken ? [token, hubToken] : [token])
const reasonOf = (error: unknown) => (error instanceof Error ? error.message : String(error))
