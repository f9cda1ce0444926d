import { setTimeout as sleep } from 'node:timers/promises'
import { Lease, type LeaseRequest, type RunKind } from '@palate/protocol'
import type { Logger } from 'pino'
import type { HubLink } from '../connect/hub-link'
import type { Slots } from './slots'

/** Asks for work while a slot is free: after each attempt, when the hub says that there is some, and now and then. */
export class Leaser {
  private wake: AbortController = new AbortController()
  private readonly working = new Set<Promise<void>>()
  private draining = false

  constructor(
    private readonly link: HubLink,
    private readonly options: {
      kinds: RunKind[]
      slots: Slots
      /** Attempts that this agent has, those among them that no slot belongs to included. */
      holding: () => string[]
      pollMs: number
    },
    private readonly log: Logger,
  ) {
    link.on('work', () => this.hurry())
  }

  /**
   * One attempt a slot: two trainers on the same processor slow each other down tenfold. Returns when the signal
   * aborts, or when it drains, and all that was begun has ended.
   *
   * @param work resolves to whether the attempt came to its end
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

  /** Takes nothing new any more. */
  drain(): void {
    this.draining = true
    this.hurry()
  }

  hurry(): void {
    this.wake.abort()
  }

  private begin(lease: Lease, work: (lease: Lease) => Promise<boolean>): boolean {
    const { slots } = this.options
    // The hub repeats a lease whose answer got lost; one that did arrive is being worked on.
    if (slots.has(lease.attemptId)) return false
    try {
      const gpus = slots.take(lease.attemptId, lease.gpus)
      const task = this.follow(work({ ...lease, gpus }), lease.attemptId)
      this.working.add(task)
      void task.finally(() => this.working.delete(task))
      return true
    } catch (error) {
      this.log.warn({ runId: lease.runId, reason: String(error) }, 'a lease cannot be taken')
      return false
    }
  }

  private async follow(work: Promise<boolean>, attemptId: string): Promise<void> {
    const delivered = await work
    this.options.slots.release(attemptId)
    // What could not be worked off may come again at once, and is not tried in a hurry.
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
