import { setTimeout as sleep } from 'node:timers/promises'
import { Lease, type LeaseRequest, type RunKind } from '@palate/protocol'
import type { Logger } from 'pino'
import type { HubLink } from '../connect/hub-link'
import type { Slots } from './slots'

/** Asks for work while a slot is free: after each attempt, when the hub notifies, and every `pollMs`. */
export class Leaser {
  private wake: AbortController = new AbortController()
  private readonly working = new Set<Promise<void>>()
  private draining = false

  constructor(
    private readonly link: HubLink,
    private readonly options: {
      kinds: RunKind[]
      slots: Slots
      /** Attempts that this agent has, including those without a slot. */
      holding: () => string[]
      pollMs: number
    },
    private readonly log: Logger,
  ) {
    link.on('work', () => this.hurry())
  }

  /**
   * Runs one attempt per slot, because two trainers on one processor are far slower than one after the other. Returns
   * when the signal aborts or the agent drains, and all attempts have ended.
   *
   * @param work resolves to whether the attempt was delivered
   */
  async run(work: (lease: Lease) => Promise<boolean>, signal: AbortSignal): Promise<void> {
    while (!signal.aborted && !this.draining) {
      const wake = new AbortController()
      this.wake = wake
      const lease = this.options.slots.hasRoom() ? await this.ask(signal) : null
      if (lease && this.begin(lease, work)) continue
      await sleep(this.options.pollMs, undefined, { signal: AbortSignal.any([signal, wake.signal]) }).catch(
        () => undefined,
      )
    }
    while (this.working.size > 0) await Promise.all(this.working)
  }

  /** Takes no new leases. */
  drain(): void {
    this.draining = true
    this.hurry()
  }

  hurry(): void {
    this.wake.abort()
  }

  private begin(lease: Lease, work: (lease: Lease) => Promise<boolean>): boolean {
    const { slots } = this.options
    // The hub repeats a lease whose reply was lost; if it did arrive, its attempt already runs.
    if (slots.has(lease.attemptId)) return false
    try {
      const gpus = slots.take(lease.attemptId, lease.gpus)
      const task = this.follow(work({ ...lease, gpus }), lease.attemptId)
      this.working.add(task)
      void task.finally(() => this.working.delete(task))
      return true
    } catch (error) {
      this.log.warn({ runId: lease.runId, reason: String(error) }, 'a lease was not usable')
      return false
    }
  }

  private async follow(work: Promise<boolean>, attemptId: string): Promise<void> {
    const delivered = await work
    this.options.slots.release(attemptId)
    // A run that failed to start may be leased again at once, so the agent waits before it asks.
    if (delivered) this.hurry()
  }

  private async ask(signal: AbortSignal): Promise<Lease | null> {
    try {
      await this.link.ready(signal)
      const { kinds, slots, holding } = this.options
      const request: LeaseRequest = { kinds, freeGpus: slots.free(), holding: holding() }
      return await this.link.call('lease-request', request, Lease.nullable())
    } catch (error) {
      if (!signal.aborted) this.log.warn({ reason: String(error) }, 'asking for work failed')
      return null
    }
  }
}
