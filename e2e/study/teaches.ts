import { parseArgs } from 'node:util'
import { connect } from '../loop/client'
import { importModel, realSettings } from '../loop/real-model'
import {
  evaluate,
  generateVariants,
  importData,
  labelPairs,
  type Settings,
  sampleFiles,
  trainPreference,
  trainStarter,
} from '../loop/stations'

const { values } = parseArgs({
  options: { seeds: { type: 'string', default: '1,2,3,4,5' }, model: { type: 'string' } },
})
const origin = required('PALATE_URL')
const client = connect(origin, required('PALATE_API_KEY'))
const seeds = values.seeds.split(',').map(Number)

type Summary = Awaited<ReturnType<typeof evaluate>>
const measures = ['violations', 'ingredientUse', 'format'] as const
const results: { seed: number; summary: Summary; seconds: number }[] = []

// A real model is the same for every seed; its prompts, answers and votes are not.
const imported = values.model ? await importModel(client, values.model) : undefined
await importData(client, settingsOf(seeds[0] ?? 1))
for (const seed of seeds) {
  const settings = settingsOf(seed)
  const started = performance.now()
  // Each in a line of its own: a study of an hour shows what it does.
  if (!imported) show(seed, await trainStarter(client, settings))
  const batch = await generateVariants(client, settings)
  show(seed, batch.note)
  show(seed, await labelPairs(client))
  show(seed, await trainPreference(client, settings, batch.batchId))
  const summary = await evaluate(client, settings)
  const seconds = Math.round((performance.now() - started) / 1000)
  results.push({ seed, summary, seconds })
  show(seed, `${sentence(summary)}; ${seconds} s`)
}

console.log(`\n${'seed'.padEnd(6)}${measures.map((name) => name.padEnd(26)).join('')}win rate`)
for (const { seed, summary } of results) {
  const cells = measures.map((key) => {
    const change = summary.difference[key].value
    return `${points(summary.base[key].value)} → ${points(summary.tuned[key].value)} (${change > 0 ? '+' : ''}${points(change)})`.padEnd(
      26,
    )
  })
  const { value, low, high } = summary.winRate
  console.log(
    `${String(seed).padEnd(6)}${cells.join('')}${points(value)} (${points(low)} to ${points(high)})`,
  )
}
const changes = results.map(({ summary }) => summary.difference.violations.value)
console.log(
  `\nViolations change by ${points(changes.reduce((sum, change) => sum + change, 0) / changes.length)} points on average, ${points(Math.max(...changes))} at worst.\n`,
)
console.log(
  JSON.stringify({
    seeds: results.map(({ seed, summary: { base, tuned, winRate } }) => ({
      seed,
      ...(values.model ? { model: values.model } : {}),
      ...Object.fromEntries(measures.map((key) => [key, { base: base[key].value, tuned: tuned[key].value }])),
      winRate: { value: winRate.value, low: winRate.low, high: winRate.high },
    })),
  }),
)

function settingsOf(seed: number): Settings {
  const common = { origin, seed, files: sampleFiles, pretrain: {}, caseLimit: undefined, isQuick: false }
  if (imported) return { ...common, ...realSettings, modelId: imported.adapterId ?? undefined }
  return { ...common, dpo: {}, promptsPerPersona: 36, samplesPerCase: 2 }
}

function sentence({ base, tuned, winRate }: Summary): string {
  return `violations ${points(base.violations.value)} → ${points(tuned.violations.value)} %, win rate ${points(winRate.value)} %`
}

function points(value: number): string {
  return value.toFixed(1)
}

function show(seed: number, note: string): void {
  console.log(`seed ${seed}: ${note}`)
}

function required(name: string): string {
  const value = process.env[name]
  if (!value) throw new Error(`${name} is not set; npm run study sets it.`)
  return value
}
