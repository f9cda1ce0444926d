import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import postgres from 'postgres'
import { answerOf, familyUsageOf, startChild, usageOf } from './child'
import type { DispatchAnswer, DispatchJob } from './dispatch-agents'
import { startRedis } from './redis'
import { startStack } from './stack'
import { openWorkspace } from './workspace'

/**
 * `npm run bench dispatch`: how long a free agent waits for its lease while a thousand agents work through a long queue,
 * through the web origin, with one hub and with two. Afterwards the rows show whether a run was executed twice.
 */
const { values } = parseArgs({
  options: {
    agents: { type: 'string', default: '1000' },
    runs: { type: 'string', default: '10000' },
    'work-ms': { type: 'string', default: '30000' },
    hubs: { type: 'string', default: '1,2' },
  },
})

interface Arm {
  hubs: number
  runs: number
  seconds: number
  p50Ms: number
  p95Ms: number
  twice: number
  /** The most of each hub, in MiB. */
  hubMemory: number[]
  cost: Record<string, number>
}

const redis = await startRedis()

async function dispatch(hubs: number): Promise<Arm> {
  const stack = await startStack({ hubs, env: hubs > 1 && redis ? { REDIS_URL: redis.url } : {} })
  const fixture = await openWorkspace(stack)
  const sql = postgres(stack.databaseUrl, { max: 1, onnotice: () => undefined })
  try {
    const machines = await fixture.enroll(Number(values.agents))
    await fixture.queue(1)
    await copyRun(sql, Number(values.runs) - 1)
    const order: DispatchJob = { origin: stack.origin, machines, workMs: Number(values['work-ms']) }
    const peaks = stack.hubs.map(() => 0)
    const look = () => {
      for (const [at, hub] of stack.hubs.entries())
        peaks[at] = Math.max(peaks[at] ?? 0, usageOf(hub.pid).memoryBytes)
    }
    const timer = setInterval(look, 250)
    const parts = {
      hubs: () => stack.hubs.reduce((sum, hub) => sum + usageOf(hub.pid).cpuSeconds, 0),
      PostgreSQL: () => familyUsageOf(stack.postgresPid).cpuSeconds,
    }
    const before = Object.values(parts).map((seconds) => seconds())
    const file = join(stack.home, 'order.json')
    writeFileSync(file, JSON.stringify(order))
    const answer = await answerOf<DispatchAnswer>(startChild('e2e/bench/dispatch-agents.ts', [file]))
    clearInterval(timer)
    const waits = answer.waits.sort((a, b) => a - b)
    const at = (share: number) => Math.round(waits[Math.floor(waits.length * share)] ?? 0)
    const cost = Object.entries(parts).map(([name, seconds], index) => [
      name,
      ((seconds() - (before[index] ?? 0)) * 1000) / waits.length,
    ])
    return {
      hubs,
      runs: waits.length,
      seconds: answer.seconds,
      p50Ms: at(0.5),
      p95Ms: at(0.95),
      twice: (await countTwice(sql)) + waits.length - new Set(answer.runIds).size,
      hubMemory: peaks.map((bytes) => Math.round(bytes / 2 ** 20)),
      cost: Object.fromEntries(cost),
    }
  } finally {
    await sql.end()
    await fixture.close()
    await stack.stop()
  }
}

/** Copies the queued run as often as asked: creating each run is not what is measured here. */
async function copyRun(sql: postgres.Sql, count: number): Promise<void> {
  const columns = await sql<{ name: string }[]>`
    select column_name as name from information_schema.columns
    where table_schema = 'public' and table_name = 'run' and is_generated = 'NEVER'`
  const names = sql(columns.map(({ name }) => name))
  await sql`
    insert into run (${names}) select ${names} from (
      select (jsonb_populate_record(run, jsonb_build_object(
        'id', run.id || '_' || copy, 'number', run.number + copy,
        'created_at', run.created_at + copy * interval '1 ms'
      ))).* from run cross join generate_series(1, ${count}::int) as copy
    ) as copies`
  await sql`analyze run`
}

async function countTwice(sql: postgres.Sql): Promise<number> {
  const [row] = await sql<{ twice: number }[]>`
    select count(*)::int as twice from (select run_id from attempt group by run_id having count(*) > 1) as again`
  return row?.twice ?? 0
}

const processor = ({ cost }: Arm) => Object.values(cost).reduce((sum, ms) => sum + ms, 0)

/** What more hubs change, in one sentence: under 1 is less. */
function compare(one: Arm, other: Arm): string {
  const times = (of: (arm: Arm) => number) => (of(other) / of(one)).toFixed(2)
  return (
    `  ${other.hubs} hubs against ${one.hubs}: p50 × ${times(({ p50Ms }) => p50Ms)}, ` +
    `p95 × ${times(({ p95Ms }) => p95Ms)}, processor a run × ${times(processor)}`
  )
}

try {
  console.log(`\n  ${values.agents} agents, ${values.runs} runs of ${values['work-ms']} ms on average\n`)
  console.log('  hubs    runs   seconds   p50 ms   p95 ms   twice   hub MiB     ms of processor a run')
  const arms: Arm[] = []
  for (const hubs of values.hubs.split(',').map(Number)) {
    const arm = await dispatch(hubs)
    arms.push(arm)
    const columns = [
      String(hubs).padStart(6),
      String(arm.runs).padStart(7),
      arm.seconds.toFixed(1).padStart(9),
      String(arm.p50Ms).padStart(8),
      String(arm.p95Ms).padStart(8),
      String(arm.twice).padStart(7),
      arm.hubMemory.join(' + ').padStart(10),
    ]
    const cost = Object.entries(arm.cost).map(([part, ms]) => `${part} ${ms.toFixed(1)}`)
    console.log(`${columns.join(' ')}   ${cost.join(', ')}`)
  }
  const [first, ...others] = arms
  if (first) for (const other of others) console.log(compare(first, other))
  if (!redis && arms.some(({ hubs }) => hubs > 1)) console.log('  Without Redis: none is available here.')
  console.log('')
  console.log(JSON.stringify({ agents: Number(values.agents), runs: Number(values.runs), arms }))
  const complete = arms.every(({ runs, twice }) => runs === Number(values.runs) && twice === 0)
  if (!complete) process.exitCode = 1
} finally {
  await redis?.stop()
}
process.exit()
