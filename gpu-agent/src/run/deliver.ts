import { setTimeout as sleep } from 'node:timers/promises'
import { EventBatchReply, type RunningAttempt } from '@palate/protocol'
import type { HubLink } from '../connect/hub-link'
import { backoffMs, FinalError } from '../files/retry'
import type { Lines } from './segment'
import { eventsOf, type Spool } from './spool'

export type DeliveryEnd = 'delivered' | 'lost' | 'stopped'

type Ref = Omit<RunningAttempt, 'lastSeq'>
type Sent = { lastSeq: number; reply: Promise<{ value: EventBatchReply } | { error: unknown }> }

/** Batches under way at once: while the hub commits one, the next ones travel and are parsed. */
const window = 4

/**
 * Sends a spool's events to the hub in their order until the run's end is acked, or until `until()` says that nothing
 * more will come and all is acked. Each batch is repeated until the hub acks it.
 *
 * @returns `lost` when the hub says that the attempt is not ours any more, `stopped` when the signal aborted
 */
export async function deliver(
  spool: Spool,
  attempt: Ref,
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
      if ((await sendAll(spool, attempt, link)) === 'lost') return 'lost'
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

/** Sends what is on disk beyond the watermark, several batches at a time, until nothing is left that is not acked. */
async function sendAll(spool: Spool, attempt: Ref, link: HubLink): Promise<'acked' | 'lost'> {
  const underWay: Sent[] = []
  let sentSeq = spool.ackedSeq
  try {
    for (;;) {
      while (underWay.length < window && spool.flushedSeq > sentSeq) {
        const lines = await spool.readLines(sentSeq)
        if (!lines) break
        underWay.push(send(lines, attempt, link))
        sentSeq = lines.lastSeq
      }
      const first = underWay.shift()
      if (!first) return 'acked'
      if ((await settle(first, spool)) === 'lost') return 'lost'
    }
  } finally {
    // What is repeated must not overtake what is still under way.
    await Promise.all(underWay.map(({ reply }) => reply))
  }
}

function send(lines: Lines, attempt: Ref, link: HubLink): Sent {
  const call = link.understands('run-lines')
    ? link.call('run-lines', { ...attempt, lines: lines.bytes }, EventBatchReply)
    : link.call('run-events', { ...attempt, events: eventsOf(lines) }, EventBatchReply)
  return {
    lastSeq: lines.lastSeq,
    reply: call.then(
      (value) => ({ value }),
      (error: unknown) => ({ error }),
    ),
  }
}

/** @throws Error when the batch must be sent again */
async function settle({ lastSeq, reply }: Sent, spool: Spool): Promise<'acked' | 'lost'> {
  const answer = await reply
  if ('error' in answer) throw answer.error
  const { ackedSeq, lost } = answer.value
  // A hub that forgot what it once acked (a database set back) can never be given it again.
  if (lost || ackedSeq < spool.ackedSeq) return 'lost'
  await spool.ack(ackedSeq)
  if (ackedSeq < lastSeq) throw new Error(`The hub acked ${ackedSeq} of a batch that goes to ${lastSeq}.`)
  return 'acked'
}
