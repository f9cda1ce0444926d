/** What a preference training logs at each step. */
export const metricKeys = [
  'loss',
  'grad_norm',
  'learning_rate',
  'tokens_per_second',
  'logps/chosen',
  'logps/rejected',
  'rewards/chosen',
  'rewards/rejected',
  'rewards/margins',
  'rewards/accuracies',
]

/** A value with all its digits, the same in every language: whole numbers below 2^53, then one division. */
export function metricValue(step: number, key: number): number {
  return ((step * 2_654_435_761 + key * 40_503) % 1_000_003) / 1_000_003
}

export function metricValues(step: number): Record<string, number> {
  const values: Record<string, number> = {}
  for (const [key, name] of metricKeys.entries()) values[name] = metricValue(step, key)
  return values
}
