import { setTimeout as sleep } from 'node:timers/promises'
import { Lease, type LeaseRequest } from '@palate/protocol'
import type { Logger } from 'pino'
import type { HubLink } from '../connect/hub-link'

/** Asks for work whenever this agent is idle: after each attempt, when the hub says that there is some, and now and then. */
export class Leaser {
  private wake: AbortController = new AbortController()

  constructor(
    private readonly link: HubLink,
    private readonly request: LeaseRequest,
    private readonly pollMs: number,
    private readonly log: Logger,
  ) {
    link.on('work', () => this.hurry())
  }

  /**
   * One attempt at a time: two trainers on one machine slow each other down tenfold.
   *
   * @param work resolves to whether the attempt came to its end
   */
  async run(work: (lease: Lease) => Promise<boolean>, signal: AbortSignal): Promise<void> {
    while (!signal.aborted) {
      const wake = new AbortController()
      this.wake = wake
      const lease = await this.ask(signal)
      // What could not be worked off may come again at once, and is not tried in a hurry.
      if (!lease || !(await work(lease)))
        await sleep(this.pollMs, undefined, { signal: AbortSignal.any([signal, wake.signal]) }).catch(
          () => undefined,
        )
    }
  }

  hurry(): void {
    this.wake.abort()
  }

  private async ask(signal: AbortSignal): Promise<Lease | null> {
    try {
      await this.link.ready(signal)
      return await this.link.call('lease-request', this.request, Lease.nullable())
    } catch (error) {
      if (!signal.aborted) this.log.warn({ reason: String(error) }, 'asking for work failed')
      return null
    }
  }
}
