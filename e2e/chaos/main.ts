import { fileURLToPath } from 'node:url'
import { parseArgs } from 'node:util'
import { openReferences } from './reference'
import { type RepeatResult, runRepeat } from './repeat'
import { faultKinds } from './schedule'
import { runSeed, type SeedResult } from './seed'

/** `npm run chaos`: see docs/agents.md, "What was tested". Needs PALATE_PYTHON, which scripts/chaos.mjs sets. */
async function main(): Promise<number> {
  const { values } = parseArgs({
    options: {
      seeds: { type: 'string', default: '1,2,3,4,5' },
      faults: { type: 'string', default: '25' },
      steps: { type: 'string' },
      'at-once': { type: 'string', default: '2' },
      keep: { type: 'boolean', default: false },
      repeat: { type: 'string' },
    },
  })
  const python = process.env.PALATE_PYTHON
  if (!python) throw new Error('PALATE_PYTHON is not set: run this through npm run chaos.')
  const seeds = values.seeds.split(',').map(Number)
  const faults = Number(values.faults)
  const steps = values.steps ? Number(values.steps) : undefined
  const referenceOf = openReferences(
    python,
    fileURLToPath(new URL('../../gpu-agent/trainer', import.meta.url)),
  )
  const atOnce = Number(values['at-once'])
  const tell = (text: string) => say(`  ${new Date().toISOString().slice(11, 19)}  ${text}`)
  if (values.repeat) {
    const dist = process.env.PALATE_WEB_DIST
    if (!dist) throw new Error('PALATE_WEB_DIST is not set: run this through npm run chaos.')
    const times = Number(values.repeat)
    const common = { python, dist, referenceOf, atOnce, steps, keep: values.keep, tell }
    return printRepeat(await runRepeat({ ...common, times }), times)
  }
  const results: SeedResult[] = []
  for (const seed of seeds) {
    say(`\nSeed ${seed}: ${faults} faults`)
    const result = await runSeed({
      seed,
      faults,
      steps,
      atOnce,
      python,
      referenceOf,
      keep: values.keep,
      tell,
    })
    results.push(result)
    print(result)
  }
  process.stdout.write(`${JSON.stringify({ seeds: results.map(toJson) })}\n`)
  return results.every((result) => isWell(result, faults)) ? 0 : 1
}

const struckIn = ({ struck }: SeedResult) => Object.values(struck).reduce((sum, times) => sum + times, 0)

function isWell(result: SeedResult, faults: number): boolean {
  const { lost, duplicates, runs, runsFinished, faults: wrong } = result
  return (
    lost === 0 &&
    duplicates === 0 &&
    runs === runsFinished &&
    wrong.length === 0 &&
    struckIn(result) >= faults
  )
}

function print(result: SeedResult): void {
  const kinds = [...faultKinds, 'cut-upload' as const]
  say(
    `  faults      ${struckIn(result)}: ${kinds.map((kind) => `${kind} ${result.struck[kind] ?? 0}`).join(', ')}`,
  )
  say(`  runs        ${result.runsFinished} of ${result.runs} finished, in ${result.attempts} attempts`)
  say(`  points      ${result.expected} expected, ${result.stored} stored`)
  say(`  duplicates  ${result.duplicates}`)
  say(`  lost        ${result.lost}`)
  for (const fault of result.faults) say(`  wrong       ${fault}`)
  say(`  took        ${result.seconds} s`)
}

function toJson(result: SeedResult) {
  const { seed, runs, runsFinished, attempts, expected, stored, duplicates, lost, seconds, faults } = result
  const counted = { faults: struckIn(result), runs, runsFinished, attempts }
  return { seed, ...counted, expected, stored, duplicates, lost, wrong: faults, seconds }
}

/** @returns the exit code */
function printRepeat({ killed, isUp, faults: wrong, ...result }: RepeatResult, times: number): number {
  for (const fault of wrong) say(`  wrong       ${fault}`)
  process.stdout.write(`${JSON.stringify({ repeat: { times, killed, isUp, ...result, wrong } })}\n`)
  const isWell =
    isUp &&
    result.lost === 0 &&
    result.duplicates === 0 &&
    result.runs === result.runsFinished + result.runsGivenUp &&
    wrong.length === 0
  return isWell ? 0 : 1
}

const say = (text: string) => process.stdout.write(`${text}\n`)

process.exitCode = await main()
process.exit()
