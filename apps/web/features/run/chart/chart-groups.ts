import type { MetricSeries } from './metrics'

interface KnownChart {
  title: string
  /** By key of a metric, its name in the legend. */
  names: Readonly<Record<string, string>>
  /** `%` for shares of a whole, 0 to 1. */
  unit?: string
  /** Shows whether the training goes well: drawn first and larger. */
  main?: true
}

export interface ChartGroup extends KnownChart {
  /** All along one axis. */
  series: MetricSeries[]
}

/** Curves that are read together share a chart; these come first, in this order. */
const trainingCharts: readonly KnownChart[] = [
  { title: 'Loss', names: { loss: 'training', 'eval/loss': 'held out' }, main: true },
  {
    title: 'Reward margin',
    names: { 'rewards/margins': 'training', 'eval/rewards/margins': 'held out' },
    main: true,
  },
  {
    title: 'Reward accuracy',
    names: { 'rewards/accuracies': 'training', 'eval/rewards/accuracies': 'held out' },
    unit: '%',
    main: true,
  },
  {
    title: 'Token accuracy',
    names: { mean_token_accuracy: 'training', 'eval/mean_token_accuracy': 'held out' },
    unit: '%',
  },
  { title: 'Rewards', names: { 'rewards/chosen': 'chosen', 'rewards/rejected': 'rejected' } },
  { title: 'Log-probs', names: { 'logps/chosen': 'chosen', 'logps/rejected': 'rejected' } },
  { title: 'Logits', names: { 'logits/chosen': 'chosen', 'logits/rejected': 'rejected' } },
  {
    title: 'Rewards, held out',
    names: { 'eval/rewards/chosen': 'chosen', 'eval/rewards/rejected': 'rejected' },
  },
  {
    title: 'Log-probs, held out',
    names: { 'eval/logps/chosen': 'chosen', 'eval/logps/rejected': 'rejected' },
  },
  { title: 'KL divergence', names: { kl: 'training', 'eval/kl': 'held out' } },
  { title: 'Entropy', names: { entropy: 'training', 'eval/entropy': 'held out' } },
  { title: 'Gradient norm', names: { grad_norm: 'gradient norm' } },
  { title: 'Learning rate', names: { learning_rate: 'learning rate' } },
  { title: 'Tokens per second', names: { tokens_per_second: 'tokens per second' } },
]

/** What a metric is called: "Rewards, chosen", or its key in words where no chart knows it. */
export function nameMetric(key: string): string {
  const chart = trainingCharts.find(({ names }) => key in names)
  const name = chart?.names[key]
  if (!chart || !name) return key.replaceAll('_', ' ')
  return name === 'training' || name === chart.title.toLowerCase() ? chart.title : `${chart.title}, ${name}`
}

const machineChart: KnownChart = {
  title: 'Processor, memory, disk',
  names: { 'system/cpu': 'processor', 'system/memory': 'memory', 'system/disk': 'disk' },
  unit: '%',
}

function gpuCharts(number: string): KnownChart[] {
  const key = (name: string) => `system/gpu.${number}/${name}`
  return [
    {
      title: `GPU ${number}`,
      names: { [key('utilization')]: 'utilization', [key('memory')]: 'memory' },
      unit: '%',
    },
    { title: `GPU ${number}, temperature`, names: { [key('temperature')]: 'temperature' }, unit: '°C' },
    { title: `GPU ${number}, power`, names: { [key('power')]: 'power' }, unit: 'W' },
  ]
}

/** Every curve along the steps exactly once: the known charts first, then the others one by one. */
export const groupStepCharts = (series: readonly MetricSeries[]) =>
  group(
    trainingCharts,
    series.filter(({ axis }) => axis === 'step'),
  )

/** Every curve along the clock: the machine as a whole, then each GPU, then the others. */
export function groupClockCharts(series: readonly MetricSeries[]): ChartGroup[] {
  const clocked = series.filter(({ axis }) => axis === 'seconds')
  const gpus = new Set(clocked.flatMap(({ key }) => /^system\/gpu\.(\d+)\//.exec(key)?.[1] ?? []))
  const sorted = [...gpus].sort((a, b) => Number(a) - Number(b))
  return group([machineChart, ...sorted.flatMap(gpuCharts)], clocked)
}

function group(charts: readonly KnownChart[], series: readonly MetricSeries[]): ChartGroup[] {
  const known = charts.map((chart) => ({
    ...chart,
    series: Object.keys(chart.names).flatMap((key) => series.filter((one) => one.key === key)),
  }))
  const taken = new Set(known.flatMap((chart) => chart.series))
  const others = series.filter((one) => !taken.has(one)).sort((a, b) => (a.key < b.key ? -1 : 1))
  return [
    ...known.filter((chart) => chart.series.length > 0),
    ...others.map((one) => ({ title: one.key, names: {}, series: [one] })),
  ]
}
