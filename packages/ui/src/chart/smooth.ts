/**
 * Exponential moving average, corrected for its start from nothing (the debiasing of Adam, Kingma & Ba 2015,
 * §3), so that the first points are not pulled to zero. Non-finite and missing values are passed over.
 *
 * @param weight 0 leaves the values as they are; towards 1 the past counts more.
 */
export function smooth(values: readonly (number | null)[], weight: number): (number | null)[] {
  if (weight <= 0) return [...values]
  let average = 0
  let mass = 0
  return values.map((value) => {
    if (value === null || !Number.isFinite(value)) return null
    average = average * weight + value * (1 - weight)
    mass = mass * weight + (1 - weight)
    return average / mass
  })
}
