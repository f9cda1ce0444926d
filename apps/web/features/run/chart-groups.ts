import type { MetricSeries } from './metric-points'

export type ChartGroup = { title: string; keys: readonly string[]; names?: Readonly<Record<string, string>> }

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

/** Every curve of a run exactly once: the known groups first, then the rest one by one. */
export function groupCharts(series: readonly MetricSeries[]) {
  const present = new Set(series.map(({ key }) => key))
  const grouped = known.filter(({ keys }) => keys.some((key) => present.has(key)))
  const taken = new Set(grouped.flatMap(({ keys }) => keys))
  const rest = [...present].filter((key) => !taken.has(key)).sort()
  const groups: ChartGroup[] = [...grouped, ...rest.map((key) => ({ title: key, keys: [key] }))]
  return groups.map((group) => ({ ...group, series: series.filter(({ key }) => group.keys.includes(key)) }))
}
