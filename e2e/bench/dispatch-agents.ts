import { readFileSync } from 'node:fs'
import { setTimeout as sleep } from 'node:timers/promises'
import { HelloReply, Lease, RunLinesReply } from '@palate/protocol'
import { HubLink } from '../../gpu-agent/src/connect/hub-link'
import { simulatedHello, workRequest } from './simulated-agent'
import type { Machine } from './workspace'

export interface DispatchJob {
  origin: string
  machines: Machine[]
  /** The mean time of a run; times are spread evenly from 0 to twice this. */
  workMs: number
}

export interface DispatchAnswer {
  /** Milliseconds from a free agent's request until its lease has started. */
  waits: number[]
  runIds: string[]
  seconds: number
}

/**
 * Many agents in one process, each on its own socket: request a lease, work for a moment, report the end of the run,
 * repeat, until nothing is queued.
 */
const { origin, machines, workMs } = JSON.parse(readFileSync(process.argv[2] ?? '', 'utf8')) as DispatchJob
const { signal } = new AbortController()
const answer: DispatchAnswer = { waits: [], runIds: [], seconds: 0 }

/** The same sequence in each arm. */
let state = 7
function random(): number {
  state = (state * 1_103_515_245 + 12_345) % 2_147_483_648
  return state / 2_147_483_648
}

async function connect(machine: Machine): Promise<HubLink> {
  const link: HubLink = new HubLink(origin, () => machine.credential, {
    async onConnect() {
      await link.call('hello', simulatedHello, HelloReply)
    },
    onDisconnect: (reason) => process.stderr.write(`disconnected: ${reason}\n`),
    onRefused: (reason) => process.stderr.write(`refused: ${reason}\n`),
  })
  link.open()
  await link.ready(signal)
  return link
}

/** Repeats the request until there is an answer, as an agent does: a lost lease is granted again. */
async function insist<Answer>(ask: () => Promise<Answer>): Promise<Answer> {
  for (let attempt = 1; ; attempt += 1) {
    try {
      return await ask()
    } catch (error) {
      if (attempt === 10) throw error
      await sleep(500)
    }
  }
}

async function work(link: HubLink): Promise<void> {
  await sleep(random() * workMs) // a thousand agents are not free at the same moment
  for (;;) {
    const asked = performance.now()
    const lease = await insist(() => link.call('lease-request', workRequest, Lease.nullable()))
    if (!lease) return
    answer.waits.push(performance.now() - asked)
    answer.runIds.push(lease.runId)
    await sleep(random() * 2 * workMs)
    const { runId, attemptId, epoch } = lease
    const event = { type: 'run-end', status: 'failed', results: {}, error: failure }
    const lines = Buffer.from(`${JSON.stringify({ seq: 1, at: Date.now(), event })}\n`)
    const chunk = { runId, attemptId, epoch, lines }
    const reply = await insist(() => link.call('run-lines', chunk, RunLinesReply))
    if (reply.lost) throw new Error(`Run ${runId} was lost.`)
  }
}

const failure = { code: 'bench', message: 'A bench ends here.', remedy: '' }
const links: HubLink[] = []
for (let at = 0; at < machines.length; at += 50)
  links.push(...(await Promise.all(machines.slice(at, at + 50).map(connect))))
const started = performance.now()
await Promise.all(links.map(work))
answer.seconds = (performance.now() - started) / 1000
for (const link of links) link.close()
process.stdout.write(`${JSON.stringify(answer)}\n`, () => process.exit(0))
