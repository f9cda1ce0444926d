import { parseArgs } from 'node:util'
import { connect } from './client'
import { type FineTuning, fineTune, type Imported, importModel, realSettings } from './real-model'
import {
  checkPersonas,
  evaluate,
  generateVariants,
  importData,
  labelPairs,
  releaseAndChat,
  type Settings,
  sampleFiles,
  trainPreference,
  trainStarter,
} from './stations'

const { values } = parseArgs({
  options: {
    quick: { type: 'boolean', default: false },
    data: { type: 'string', multiple: true },
    seed: { type: 'string', default: '7' },
    model: { type: 'string' },
  },
})
const recipes: FineTuning = {
  config: values.quick
    ? { epochs: 1, maxRows: 8, batchSize: 4, maxLength: 640 }
    : { epochs: 3, batchSize: 4, learningRate: 0.001, maxLength: 640 },
  minutes: values.quick ? 2 : 12,
}
const origin = required('PALATE_URL')
const client = connect(origin, required('PALATE_API_KEY'))
const settings: Settings = {
  origin,
  files: values.data ?? sampleFiles,
  pretrain: values.quick ? { steps: 120 } : {},
  ...(values.model ? realSettings : { dpo: {}, promptsPerPersona: 36, samplesPerCase: 2 }),
  ...(values.quick ? { dpo: { epochs: 1, batchSize: 4 }, promptsPerPersona: 3, samplesPerCase: 1 } : {}),
  caseLimit: values.quick ? 12 : undefined,
  seed: Number(values.seed),
  isQuick: values.quick,
}

interface Station {
  name: string
  seconds: number
  note: string
}
const stations: Station[] = []

async function station(name: string, work: () => Promise<string>): Promise<void> {
  const started = performance.now()
  const note = await work()
  const seconds = Math.round((performance.now() - started) / 100) / 10
  stations.push({ name, seconds, note })
  console.log(`${name.padEnd(20)} ${seconds.toFixed(1).padStart(7)} s   ${note}`)
}

if (values.model)
  console.log(
    'Takes about 45 minutes on two cores without a GPU; a model file of 93 MB is downloaded once.\n',
  )
await station('sign in', async () => {
  const me = await client.session.me.query()
  return `${me.workspace.name}, as ${me.role}`
})
await station('data', () => importData(client, settings))
let imported: Imported | undefined
if (values.model) {
  const name = values.model
  await station('import', async () => {
    imported = await importModel(client, name)
    return imported.note
  })
  settings.modelId = imported?.adapterId ?? undefined
  if (!settings.modelId)
    await station('fine-tuning', async () => {
      const tuned = await fineTune(client, settings, recipes)
      settings.modelId = tuned.modelId
      return tuned.note
    })
} else await station('starter model', () => trainStarter(client, settings))
await station('personas', () => checkPersonas(client))
let batchId = ''
await station('variants', async () => {
  const made = await generateVariants(client, settings)
  batchId = made.batchId
  return made.note
})
await station('labels', () => labelPairs(client))
await station('preference training', () => trainPreference(client, settings, batchId))
let summary: Awaited<ReturnType<typeof evaluate>> | undefined
await station('evaluation', async () => {
  summary = await evaluate(client, settings)
  return `${summary.base.format.n} answers a side`
})
await station('release and chat', () => releaseAndChat(client, settings))
if (!summary) throw new Error('unreachable: the evaluation station sets it')

const interval = (rate: { value: number; low: number; high: number }) =>
  `${rate.value.toFixed(1).padStart(5)} % (${rate.low.toFixed(1)}–${rate.high.toFixed(1)})`
console.log(`\n${''.padEnd(18)}${'base'.padEnd(24)}${'tuned'.padEnd(24)}tuned − base, 95 %`)
for (const [key, label] of [
  ['violations', 'violations'],
  ['ingredientUse', 'ingredient use'],
  ['format', 'format'],
] as const) {
  const difference = summary.difference[key]
  const points = `${difference.value.toFixed(1)} points (${difference.low.toFixed(1)} to ${difference.high.toFixed(1)})`
  console.log(
    `${label.padEnd(18)}${interval(summary.base[key]).padEnd(24)}${interval(summary.tuned[key]).padEnd(24)}${points}`,
  )
}
const { winRate } = summary
console.log(
  `\nTuned beats base in ${interval(winRate)}; ${winRate.wins} wins, ${winRate.ties} ties, ${winRate.losses} losses; a coin has 50 %.\n`,
)
const side = (key: 'violations' | 'ingredientUse' | 'format') => ({
  base: summary?.base[key].value,
  tuned: summary?.tuned[key].value,
})
console.log(
  JSON.stringify({
    stations: stations.map(({ name, seconds }) => ({ name, seconds })),
    violations: side('violations'),
    ingredientUse: side('ingredientUse'),
    format: side('format'),
    winRate: { value: winRate.value, low: winRate.low, high: winRate.high },
    ...(imported ? { model: values.model, importSeconds: imported.seconds, parity: imported.parity } : {}),
  }),
)

function required(name: string): string {
  const value = process.env[name]
  if (!value) throw new Error(`${name} is not set; npm run loop sets it.`)
  return value
}
