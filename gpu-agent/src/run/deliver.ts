import { setTimeout as sleep } from 'node:timers/promises'
import { EventBatchReply, type RunningAttempt } from '@palate/protocol'
import type { HubLink } from '../connect/hub-link'
import { backoffMs, FinalError } from '../files/retry'
import type { Spool } from './spool'

export type DeliveryEnd = 'delivered' | 'lost' | 'stopped'

/**
 * Sends a spool's events to the hub in their order until the run's end is acked, or until `until()` says that nothing
 * more will come and all is acked. Each batch is repeated until the hub acks it.
 *
 * @returns `lost` when the hub says that the attempt is not ours any more, `stopped` when the signal aborted
 */
export async function deliver(
  spool: Spool,
  attempt: Omit<RunningAttempt, 'lastSeq'>,
  link: HubLink,
  options: { signal: AbortSignal; leftoverOnly: boolean; onFailure: (error: unknown) => void },
): Promise<DeliveryEnd> {
  const { signal, onFailure } = options
  for (let failures = 0; !signal.aborted; ) {
    const done = spool.ackedSeq === spool.lastSeq && (spool.ended || options.leftoverOnly)
    if (done) return 'delivered'
    try {
      await spool.waitBeyond(spool.ackedSeq, signal)
      await link.ready(signal)
      const events = await spool.read(spool.ackedSeq)
      // The hello that made the link ready may have moved the watermark up to the end.
      if (events.length === 0) continue
      const reply = await link.call('run-events', { ...attempt, events }, EventBatchReply)
      if (reply.lost) return 'lost'
      const before = spool.ackedSeq
      // A hub that forgot what it once acked (a database set back) can never be given it again.
      if (reply.ackedSeq < before) return 'lost'
      await spool.ack(reply.ackedSeq)
      if (spool.ackedSeq === before) throw new Error(`The hub acked nothing of a batch after ${before}.`)
      failures = 0
    } catch (error) {
      if (signal.aborted) break
      onFailure(error)
      if (error instanceof FinalError) return 'lost'
      await sleep(backoffMs(failures), undefined, { signal }).catch(() => undefined)
      failures += 1
    }
  }
  return 'stopped'
}
