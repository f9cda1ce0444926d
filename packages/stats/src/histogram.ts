/** `from` belongs to the bin; `to` does only in the last one. */
export type Bin = { from: number; to: number; count: number }

/**
 * Counts values in `bins` equally wide bins from the least to the greatest. Values that are not finite are
 * left out; where all are equal there is one bin of no width; no values give no bins.
 *
 * @throws RangeError unless `bins` is a whole number of 1 or more
 */
export function histogram(values: readonly number[], bins: number): Bin[] {
  if (!(Number.isInteger(bins) && bins >= 1))
    throw new RangeError('The number of bins must be a whole number, 1 or more.')
  const finite = values.filter(Number.isFinite)
  if (finite.length === 0) return []
  const low = finite.reduce((least, value) => Math.min(least, value))
  const high = finite.reduce((greatest, value) => Math.max(greatest, value))
  if (low === high) return [{ from: low, to: high, count: finite.length }]
  // Each edge is computed, not summed up, so that the last one is exactly the greatest value.
  const edge = (index: number) => (index === bins ? high : low + (high - low) * (index / bins))
  const counts = new Array<number>(bins).fill(0)
  for (const value of finite) {
    const index = Math.min(bins - 1, Math.floor(((value - low) / (high - low)) * bins))
    counts[index] = (counts[index] ?? 0) + 1
  }
  return counts.map((count, index) => ({ from: edge(index), to: edge(index + 1), count }))
}
