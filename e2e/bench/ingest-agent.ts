import { join } from 'node:path'
import { type AgentHello, HelloReply, Lease } from '@palate/protocol'
import { HubLink } from '../../gpu-agent/src/connect/hub-link'
import { deliver } from '../../gpu-agent/src/run/deliver'
import { Spool } from '../../gpu-agent/src/run/spool'
import type { Box } from './kitchen'
import { metricKeys, metricValues } from './points'

/** Steps that may wait in the spool beyond what the hub has acked: a trainer does not run away from its hub for long. */
const ahead = 20_000
const burst = 500

export interface IngestOrder {
  origin: string
  home: string
  boxes: Box[]
  stepsEach: number
}

export interface IngestAnswer {
  seconds: number
  cpuSeconds: number
  attempts: { attemptId: string; points: number }[]
}

const hello: AgentHello = {
  protocol: { min: 1, max: 1 },
  version: '0.0.0',
  labels: [],
  kinds: ['pretrain'],
  hardware: { hostname: 'bench', cpuModel: 'bench', cpuCores: 1, memoryBytes: 1, gpus: [] },
  running: [],
  serving: false,
  draining: false,
}

const order = JSON.parse(process.argv[2] ?? '') as IngestOrder
const signal = new AbortController().signal
const note = (what: string) => (error: unknown) => process.stderr.write(`${what}: ${String(error)}\n`)

async function connect(box: Box) {
  const link: HubLink = new HubLink(order.origin, () => box.credential, {
    onConnect: async () => {
      const { features } = await link.call('hello', hello, HelloReply)
      return features
    },
    onDisconnect: note('disconnected'),
    onRefused: note('refused'),
  })
  link.open()
  await link.ready(signal)
  const lease = await link.call('lease-request', { kinds: hello.kinds }, Lease)
  return { link, lease, spool: await Spool.open(join(order.home, 'spools', lease.attemptId)) }
}

type Place = Awaited<ReturnType<typeof connect>>

/** The trainer's part: appends its steps to the spool, and waits when the hub falls behind. */
async function train({ spool }: Place): Promise<void> {
  for (let step = 0; step < order.stepsEach; ) {
    for (const end = Math.min(step + burst, order.stepsEach); step < end; step += 1)
      spool.append({ type: 'metric', step, time: 1_760_000_000_000 + step, values: metricValues(step) })
    await spool.flush()
    while (spool.lastSeq - spool.ackedSeq > ahead) await new Promise((resolve) => setTimeout(resolve, 2))
  }
  spool.append({
    type: 'run-end',
    status: 'failed',
    summary: {},
    error: { code: 'bench', message: 'A bench ends here.', remedy: '' },
  })
  await spool.flush()
}

async function work(place: Place): Promise<void> {
  const { lease, link, spool } = place
  const { runId, attemptId, epoch } = lease
  const delivery = deliver(spool, { runId, attemptId, epoch }, link, {
    signal,
    leftoverOnly: false,
    onFailure: note('delivery'),
  })
  await train(place)
  const end = await delivery
  if (end !== 'delivered') throw new Error(`The delivery ended as ${end}.`)
}

const places = await Promise.all(order.boxes.map(connect))
const started = performance.now()
const cpu = process.cpuUsage()
await Promise.all(places.map(work))
const seconds = (performance.now() - started) / 1000
const used = process.cpuUsage(cpu)
for (const { link, spool } of places) {
  link.close()
  await spool.close()
}
const answer: IngestAnswer = {
  seconds,
  cpuSeconds: (used.user + used.system) / 1e6,
  attempts: places.map(({ lease }) => ({
    attemptId: lease.attemptId,
    points: order.stepsEach * metricKeys.length,
  })),
}
process.stdout.write(`${JSON.stringify(answer)}\n`)
process.exit(0)
