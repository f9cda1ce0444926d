import { metricKeys } from './points'
import { openSimulatedAgent } from './simulated-agent'
import type { Machine } from './workspace'

export interface IngestJob {
  origin: string
  home: string
  machines: Machine[]
  stepsEach: number
}

export interface IngestAnswer {
  seconds: number
  cpuSeconds: number
  attempts: { attemptId: string; points: number }[]
}

/** The agents of the benchmark in their own process: from the first event appended to the last one acked. */
const { origin, home, machines, stepsEach } = JSON.parse(process.argv[2] ?? '') as IngestJob
const agents = await Promise.all(machines.map((machine) => openSimulatedAgent(origin, home, machine)))
const started = performance.now()
const cpu = process.cpuUsage()
await Promise.all(agents.map((agent) => agent.work(stepsEach)))
const seconds = (performance.now() - started) / 1000
const used = process.cpuUsage(cpu)
for (const agent of agents) await agent.close()
const answer: IngestAnswer = {
  seconds,
  cpuSeconds: (used.user + used.system) / 1e6,
  attempts: agents.map(({ lease }) => ({
    attemptId: lease.attemptId,
    points: stepsEach * metricKeys.length,
  })),
}
process.stdout.write(`${JSON.stringify(answer)}\n`)
process.exit(0)
