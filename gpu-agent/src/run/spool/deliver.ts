import { setTimeout as sleep } from 'node:timers/promises'
import { RunLinesReply, type RunningAttempt } from '@palate/protocol'
import type { HubLink } from '../../connect/hub-link'
import { backoffMs, FinalError } from '../../files/retry'
import type { Chunk } from './segment'
import type { Spool } from './spool'

export type DeliveryEnd = 'delivered' | 'lost' | 'stopped'

type Ref = Omit<RunningAttempt, 'lastSeq'>
type Sent = { lastSeq: number; reply: Promise<{ value: RunLinesReply } | { error: unknown }> }

/** Chunks in flight at the same time: while the hub commits one, the next ones are sent and parsed. */
const window = 4

/**
 * Sends a spool's events to the hub in their order until the run's end is acked, or, with `leftoverOnly`, until all that
 * is on disk is acked. Each chunk is repeated until the hub acks it.
 *
 * @returns `lost` when the hub says that another attempt has the lease, `stopped` when the signal aborted
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

/** Sends what is on disk beyond the watermark, several chunks at a time, until all of it is acked. */
async function sendAll(spool: Spool, attempt: Ref, link: HubLink): Promise<'acked' | 'lost'> {
  const inFlight: Sent[] = []
  let sentSeq = spool.ackedSeq
  try {
    for (;;) {
      while (inFlight.length < window && spool.flushedSeq > sentSeq) {
        const chunk = await spool.readChunk(sentSeq)
        if (!chunk) break
        inFlight.push(send(chunk, attempt, link))
        sentSeq = chunk.lastSeq
      }
      const first = inFlight.shift()
      if (!first) return 'acked'
      if ((await settle(first, spool)) === 'lost') return 'lost'
    }
  } finally {
    // A repeated chunk must not overtake one that is still in flight.
    await Promise.all(inFlight.map(({ reply }) => reply))
  }
}

function send(chunk: Chunk, attempt: Ref, link: HubLink): Sent {
  return {
    lastSeq: chunk.lastSeq,
    reply: link.call('run-lines', { ...attempt, lines: chunk.bytes }, RunLinesReply).then(
      (value) => ({ value }),
      (error: unknown) => ({ error }),
    ),
  }
}

/** @throws Error when the chunk must be sent again */
async function settle({ lastSeq, reply }: Sent, spool: Spool): Promise<'acked' | 'lost'> {
  const result = await reply
  if ('error' in result) throw result.error
  const { ackedSeq, lost } = result.value
  // A database restored from an older backup lacks events that the spool no longer has.
  if (lost || ackedSeq < spool.ackedSeq) return 'lost'
  await spool.ack(ackedSeq)
  if (ackedSeq < lastSeq) throw new Error(`The hub acked ${ackedSeq} of a chunk that ends at ${lastSeq}.`)
  return 'acked'
}
