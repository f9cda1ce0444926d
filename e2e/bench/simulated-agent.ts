import { join } from 'node:path'
import { type AgentHello, HelloReply, Lease, type LeaseRequest } from '@palate/protocol'
import { HubLink } from '../../gpu-agent/src/connect/hub-link'
import { deliver } from '../../gpu-agent/src/run/spool/deliver'
import { Spool } from '../../gpu-agent/src/run/spool/spool'
import { metricValues } from './points'
import type { Machine } from './workspace'

/** Steps that may wait in the spool beyond the last acked one: a real trainer is never far ahead of its hub. */
const ahead = 20_000
const burst = 500

export const simulatedHello: AgentHello = {
  protocol: { min: 1, max: 1 },
  version: '0.0.0',
  labels: [],
  kinds: ['pretrain'],
  hardware: { hostname: 'bench', cpuModel: 'bench', cpuCores: 1, memoryBytes: 1, gpus: [] },
  running: [],
  serving: false,
  draining: false,
}

/** Requests work while it has none. */
export const workRequest: LeaseRequest = { kinds: simulatedHello.kinds, freeGpus: [], holding: [] }

export interface SimulatedAgent {
  lease: Lease
  disconnects: number
  /** Simulates the given number of steps and delivers them. Settles when the hub has acked the last of them and the run's end. */
  work(steps: number, pauseMs?: number): Promise<void>
  close(): Promise<void>
}

const note = (what: string, error: unknown) => process.stderr.write(`${what}: ${String(error)}\n`)

/** The agent's own link, spool and delivery with one attempt, and a trainer that only sends the benchmark's points. */
export async function openSimulatedAgent(
  origin: string,
  home: string,
  machine: Machine,
): Promise<SimulatedAgent> {
  const { signal } = new AbortController()
  let held: { lease: Lease; spool: Spool } | null = null
  let disconnects = 0
  const link: HubLink = new HubLink(origin, () => machine.credential, {
    async onConnect() {
      const running = held ? [{ ...refOf(held.lease), lastSeq: held.spool.flushedSeq }] : []
      const reply = await link.call('hello', { ...simulatedHello, running }, HelloReply)
      for (const { ackedSeq } of reply.keep) await held?.spool.ack(ackedSeq)
    },
    onDisconnect() {
      disconnects += 1
    },
    onRefused: (reason) => note('refused', reason),
  })
  link.open()
  await link.ready(signal)
  const lease = await link.call('lease-request', workRequest, Lease)
  const spool = await Spool.open(join(home, 'spools', lease.attemptId))
  held = { lease, spool }
  return {
    lease,
    get disconnects() {
      return disconnects
    },
    async work(steps, pauseMs = 0) {
      const delivery = deliver(spool, refOf(lease), link, {
        signal,
        leftoverOnly: false,
        onFailure: (error) => note('delivery', error),
      })
      await train(spool, steps, pauseMs)
      const end = await delivery
      if (end !== 'delivered') throw new Error(`The delivery ended as ${end}.`)
    },
    async close() {
      link.close()
      await spool.close()
    },
  }
}

const refOf = ({ runId, attemptId, epoch }: Lease) => ({ runId, attemptId, epoch })

/** The trainer's part: appends its steps to the spool, and waits when the hub falls behind. */
async function train(spool: Spool, steps: number, pauseMs: number): Promise<void> {
  const sleep = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms))
  for (let step = 0; step < steps; ) {
    for (const end = Math.min(step + burst, steps); step < end; step += 1)
      spool.append({
        type: 'metric',
        axis: 'step',
        position: step,
        time: 1_760_000_000_000 + step,
        values: metricValues(step),
      })
    await spool.flush()
    if (pauseMs > 0) await sleep(pauseMs)
    while (spool.lastSeq - spool.ackedSeq > ahead) await sleep(2)
  }
  const error = { code: 'trainer_failed' as const, message: 'A bench ends here.', remedy: '' }
  spool.append({ type: 'run-end', status: 'failed', results: {}, error })
  await spool.flush()
}
