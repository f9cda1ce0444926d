import { setTimeout as sleep } from 'node:timers/promises'
import { parseArgs } from 'node:util'
import { root } from '../../scripts/lib/paths.mjs'
import type { Tally, Target } from './abuse/attack'
import { floods } from './abuse/floods'
import { loadNow, Meter, quantile, type Reading } from './abuse/meter'
import { Visitor, type Work } from './abuse/visitor'
import { answerOf, startProgram } from './child'
import { startStack } from './stack'

/**
 * `npm run bench abuse`: floods against a running stack, from another address of this machine, while a person works on
 * it. The floods run at the lowest priority: they stand for other machines and must not take the stack's processors.
 */
const { values } = parseArgs({
  options: {
    dist: { type: 'string' },
    seconds: { type: 'string', default: '8' },
    /** Only these, separated by commas. */
    floods: { type: 'string' },
  },
})
/** Each flood has an address of its own, whose budgets nothing before it has used up. */
const attackerOf = (flood: number) => `127.0.66.${flood + 1}`
const bound = { healthMs: 250, memory: 2 }
const settleMs = 3000

interface Row {
  name: string
  reading: Reading
  work: Work
  tally: Tally
}

const most = (list: number[]) => Math.round(list.reduce((top, one) => Math.max(top, one), 0))

function show({ name, reading, work, tally }: Row): void {
  const { healthMs, hubMb, webMb, logKb } = reading
  const columns = [
    quantile(healthMs, 0.95).toFixed(0).padStart(7),
    String(most(healthMs)).padStart(7),
    String(most(hubMb)).padStart(7),
    String(most(webMb)).padStart(7),
    String(tally.sent).padStart(9),
    String(tally.refused).padStart(9),
    String(logKb).padStart(7),
    `${work.done - work.failed.length}/${work.done}`.padStart(8),
    work.slowestMs.toFixed(0).padStart(8),
  ]
  console.log(`  ${name.padEnd(9)}${columns.join(' ')}   ${[...new Set(work.failed)].slice(0, 3).join('; ')}`)
}

async function flood(name: string, target: Target): Promise<Tally> {
  const entry = `${root}/e2e/bench/abuse-flood.ts`
  const args = ['-n', '19', process.execPath, '--import', 'tsx', '--conditions=node', entry, name]
  return answerOf<Tally>(startProgram('nice', [...args, JSON.stringify(target)]))
}

const stack = await startStack({ env: { HUB_LOG_LEVEL: 'info' }, web: values.dist })
const closers: (() => unknown)[] = [() => stack.stop()]
try {
  const visitor = await Visitor.start(stack.origin, stack.owner)
  closers.push(() => visitor.stop())
  await sleep(settleMs) // both processes have loaded what the visitor uses
  const meter = new Meter(stack)
  closers.push(() => meter.stop())
  const rows: Row[] = []
  const measure = async (name: string, act: () => Promise<Tally>) => {
    const tally = await act()
    rows.push({ name, reading: await meter.take(), work: visitor.take(), tally })
    const last = rows.at(-1)
    if (last) show(last)
  }
  console.log(`\n  load average ${loadNow().join(' ')}\n`)
  console.log('           health  health     hub     web      sent   refused     log    worked  slowest')
  console.log('           p95 ms  max ms  max MB  max MB                     KB               ms')
  visitor.take()
  await measure('idle', async () => {
    await sleep(Number(values.seconds) * 1000)
    return { sent: 0, refused: 0 }
  })
  const portOf = (url: string | undefined) => Number(new URL(url ?? '').port)
  const seconds = Number(values.seconds)
  const ports = { webPort: portOf(stack.origin), hubPort: portOf(stack.hubUrls[0]) }
  const names = values.floods?.split(',') ?? Object.keys(floods)
  for (const [at, name] of names.entries())
    await measure(name, () => flood(name, { ...ports, seconds, from: attackerOf(at) }))
  report(rows)
} finally {
  for (const close of closers.reverse()) await close()
}
process.exit()

function report([idle, ...flooded]: Row[]): void {
  const healthMs = flooded.flatMap(({ reading }) => reading.healthMs)
  const result = {
    healthP95Ms: Math.round(quantile(healthMs, 0.95)),
    healthMaxMs: most(healthMs),
    hubPeakMb: most(flooded.flatMap(({ reading }) => reading.hubMb)),
    webPeakMb: most(flooded.flatMap(({ reading }) => reading.webMb)),
    hubIdleMb: Math.round(quantile(idle?.reading.hubMb ?? [], 0.5)),
    webIdleMb: Math.round(quantile(idle?.reading.webMb ?? [], 0.5)),
    refused: flooded.reduce((sum, { tally }) => sum + tally.refused, 0),
    logKb: flooded.reduce((sum, { reading }) => sum + reading.logKb, 0),
    workFailed: flooded.reduce((sum, { work }) => sum + work.failed.length, 0),
    loadAverage: loadNow(),
  }
  const holds =
    result.healthMaxMs < bound.healthMs &&
    result.hubPeakMb < bound.memory * result.hubIdleMb &&
    result.webPeakMb < bound.memory * result.webIdleMb &&
    result.workFailed === 0
  console.log(
    `\n  ${holds ? 'Within' : 'Outside'} the bounds: health under ${bound.healthMs} ms throughout, memory under ${bound.memory} × idle, nothing of the work failed.\n`,
  )
  console.log(JSON.stringify(result))
  if (!holds) process.exitCode = 1
}
