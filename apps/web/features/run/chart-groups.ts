import type { MetricSeries } from './metric-points'

export type ChartGroup = {
  title: string
  keys: readonly string[]
  names?: Readonly<Record<string, string>>
  /** Shares of a whole, read as per cent. */
  share?: boolean
}

/** Curves that are read together share a chart; these come first, in this order. */
const known: readonly ChartGroup[] = [
  { title: 'loss', keys: ['loss', 'eval/loss'] },
  {
    title: 'rewards',
    keys: ['rewards/chosen', 'rewards/rejected'],
    names: { 'rewards/chosen': 'chosen', 'rewards/rejected': 'rejected' },
  },
  { title: 'rewards/margins', keys: ['rewards/margins'] },
  { title: 'rewards/accuracies', keys: ['rewards/accuracies'] },
  { title: 'logps', keys: ['logps/chosen', 'logps/rejected'] },
  { title: 'logits', keys: ['logits/chosen', 'logits/rejected'] },
  { title: 'grad_norm', keys: ['grad_norm'] },
  { title: 'learning_rate', keys: ['learning_rate'] },
  { title: 'tokens a second', keys: ['tokens_per_second', 'tokens/s', 'tokens_s'] },
]

const machineGroup: ChartGroup = {
  title: 'Processor, memory, disk',
  keys: ['system/cpu', 'system/memory', 'system/disk'],
  names: { 'system/cpu': 'processor', 'system/memory': 'memory', 'system/disk': 'disk' },
  share: true,
}

/** Every curve of the training exactly once: the known groups first, then the rest one by one. */
export function groupCharts(series: readonly MetricSeries[]) {
  return group(
    known,
    series.filter((one) => !ofMachine(one)),
  )
}

/** What the machine did meanwhile, by the clock: its shares in one chart, then each GPU. */
export function groupMachineCharts(series: readonly MetricSeries[]) {
  const machine = series.filter(ofMachine)
  const gpus = new Set(machine.flatMap(({ key }) => /^system\/gpu\.(\d+)\//.exec(key)?.[1] ?? []))
  return group([machineGroup, ...[...gpus].sort((a, b) => Number(a) - Number(b)).flatMap(gpuGroups)], machine)
}

function gpuGroups(number: string): ChartGroup[] {
  const key = (name: string) => `system/gpu.${number}/${name}`
  const named = (name: string, label: string) => ({ keys: [key(name)], names: { [key(name)]: label } })
  return [
    {
      title: `GPU ${number}`,
      keys: [key('utilization'), key('memory')],
      names: { [key('utilization')]: 'utilization', [key('memory')]: 'memory' },
      share: true,
    },
    { title: `GPU ${number}, temperature`, ...named('temperature', '°C') },
    { title: `GPU ${number}, power`, ...named('power', 'watts') },
  ]
}

const ofMachine = ({ key }: MetricSeries) => key.startsWith('system/')

function group(groups: readonly ChartGroup[], series: readonly MetricSeries[]) {
  const present = new Set(series.map(({ key }) => key))
  const grouped = groups.filter(({ keys }) => keys.some((key) => present.has(key)))
  const taken = new Set(grouped.flatMap(({ keys }) => keys))
  const rest = [...present].filter((key) => !taken.has(key)).sort()
  const all: ChartGroup[] = [...grouped, ...rest.map((key) => ({ title: key, keys: [key] }))]
  return all.map((one) => ({ ...one, series: series.filter(({ key }) => one.keys.includes(key)) }))
}
