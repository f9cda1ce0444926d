import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { freePort, waitFor } from '../../scripts/lib/process.mjs'
import { answerOf, familyUsageOf, startChild, startProgram, usageOf } from './child'
import { countMlflow, countPalate, createDatabase } from './count-points'
import type { IngestAnswer, IngestJob } from './ingest-agent'
import { metricKeys } from './points'
import { startStack } from './stack'
import { openWorkspace } from './workspace'

/**
 * `npm run bench ingest`: the same points, by the agent's spool through the web origin into our tables, and by MLflow's
 * client and server into theirs, in turns, on one PostgreSQL. Both send several runs at once, a row is counted when it
 * is committed and acknowledged, and afterwards the rows themselves are counted.
 */
const { values } = parseArgs({
  options: {
    python: { type: 'string' },
    runs: { type: 'string', default: '2' },
    points: { type: 'string', default: '600000' },
    'mlflow-points': { type: 'string', default: '40000' },
    'mlflow-workers': { type: 'string', default: '2' },
    rounds: { type: 'string', default: '2' },
  },
})
const runs = Number(values.runs)
const stepsOf = (points: string) => Math.ceil(Number(points) / runs / metricKeys.length)

/** Without what MLflow does besides storing metrics. */
const quietMlflow = {
  MLFLOW_DISABLE_TELEMETRY: 'true',
  MLFLOW_SERVER_ENABLE_JOB_EXECUTION: 'false',
  GIT_PYTHON_REFRESH: 'quiet',
}

interface Round {
  points: number
  seconds: number
  lost: number
  duplicates: number
  /** Processor microseconds a point, by part. */
  cost: Record<string, number>
}

const rate = ({ points, seconds }: Round) => points / seconds
const median = (list: number[]) => {
  const sorted = [...list].sort((a, b) => a - b)
  const middle = Math.floor(sorted.length / 2)
  return sorted.length % 2 ? (sorted[middle] ?? 0) : ((sorted[middle - 1] ?? 0) + (sorted[middle] ?? 0)) / 2
}

const stack = await startStack()
const fixture = await openWorkspace(stack)
const closers: (() => Promise<unknown>)[] = [() => stack.stop(), () => fixture.close()]

async function palate(): Promise<Round> {
  const machines = await fixture.enroll(runs)
  await fixture.queue(runs)
  const order: IngestJob = {
    origin: stack.origin,
    home: stack.home,
    machines,
    stepsEach: stepsOf(values.points),
  }
  const parts = {
    hub: () => usageOf(stack.hubs[0]?.pid ?? 0),
    proxy: () => usageOf(stack.proxy.pid),
    PostgreSQL: () => familyUsageOf(stack.postgresPid),
  }
  const before = Object.values(parts).map((usage) => usage().cpuSeconds)
  const agent = startChild('e2e/bench/ingest-agent.ts', [JSON.stringify(order)])
  const { seconds, cpuSeconds, attempts } = await answerOf<IngestAnswer>(agent)
  const points = attempts.reduce((sum, one) => sum + one.points, 0)
  const cost = Object.entries(parts).map(([name, usage], at) => [
    name,
    ((usage().cpuSeconds - (before[at] ?? 0)) * 1e6) / points,
  ])
  const found = await countPalate(stack.databaseUrl, attempts, order.stepsEach)
  return {
    points,
    seconds,
    ...found,
    cost: { agent: (cpuSeconds * 1e6) / points, ...Object.fromEntries(cost) },
  }
}

async function openMlflow(python: string) {
  const database = await createDatabase(stack.databaseUrl, 'mlflow')
  const port = await freePort()
  const server = startProgram(
    python,
    [
      ...['-m', 'mlflow', 'server', '--host', '127.0.0.1', '--port', String(port)],
      ...[
        '--workers',
        values['mlflow-workers'],
        '--backend-store-uri',
        database.replace(/^postgres:/, 'postgresql+psycopg2:'),
      ],
      ...['--default-artifact-root', join(stack.home, 'mlflow')],
    ],
    quietMlflow,
  )
  closers.unshift(server.stop)
  const url = `http://127.0.0.1:${port}`
  const gone = server.done.then(({ output }) => {
    throw new Error(`The MLflow server ended:\n${output.slice(-2000)}`)
  })
  gone.catch(() => undefined) // once it is ready it ends when it is stopped
  const ready = async () => (await fetch(`${url}/health`)).ok
  await Promise.race([waitFor('The MLflow server', ready, { timeoutMs: 600_000 }), gone])

  return async (): Promise<Round> => {
    const steps = stepsOf(values['mlflow-points'])
    const order = { url, name: `bench-${Date.now()}`, runs, keys: metricKeys, steps }
    const client = startProgram(
      python,
      [join(import.meta.dirname, 'mlflow_client.py'), JSON.stringify(order)],
      {
        MLFLOW_DISABLE_TELEMETRY: 'true',
        GIT_PYTHON_REFRESH: 'quiet',
      },
    )
    const { seconds, runs: ids } = await answerOf<{ seconds: number; runs: string[] }>(client)
    const points = steps * metricKeys.length * runs
    return { points, seconds, ...(await countMlflow(database, ids, points)), cost: {} }
  }
}

try {
  const mlflow = values.python ? await openMlflow(values.python) : null
  const rounds: { palate: Round[]; mlflow: Round[] } = { palate: [], mlflow: [] }
  console.log(`\n  ${runs} runs at once, ${metricKeys.length} metrics a step\n`)
  console.log('             points    seconds   points/s   lost  doubled   µs of processor a point')
  const show = (name: string, round: Round) => {
    const cost = Object.entries(round.cost).map(([part, us]) => `${part} ${us.toFixed(1)}`)
    const columns = [
      name.padEnd(8),
      round.points.toLocaleString('en').padStart(10),
      round.seconds.toFixed(2).padStart(10),
      Math.round(rate(round)).toLocaleString('en').padStart(10),
      String(round.lost).padStart(6),
      String(round.duplicates).padStart(8),
    ]
    console.log(`  ${columns.join(' ')}   ${cost.join(', ')}`)
  }
  for (let index = 0; index < Number(values.rounds); index += 1) {
    const ours = await palate()
    rounds.palate.push(ours)
    show('Palate', ours)
    if (!mlflow) continue
    const theirs = await mlflow()
    rounds.mlflow.push(theirs)
    show('MLflow', theirs)
  }
  const all = [...rounds.palate, ...rounds.mlflow]
  const ratios = rounds.palate.map((ours, at) => {
    const theirs = rounds.mlflow[at]
    return theirs ? rate(ours) / rate(theirs) : 0
  })
  const lost = all.reduce((sum, one) => sum + one.lost, 0)
  const duplicates = all.reduce((sum, one) => sum + one.duplicates, 0)
  console.log('')
  console.log(
    JSON.stringify({
      palatePointsPerSecond: Math.round(median(rounds.palate.map(rate))),
      mlflowPointsPerSecond: Math.round(median(rounds.mlflow.map(rate))),
      ratio: Math.round(median(ratios) * 10) / 10,
      ratios: ratios.map((ratio) => Math.round(ratio * 10) / 10),
      lost,
      duplicates,
    }),
  )
  if (lost + duplicates > 0) process.exitCode = 1
} finally {
  for (const close of closers.reverse()) await close()
}
process.exit()
