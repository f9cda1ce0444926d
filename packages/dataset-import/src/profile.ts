import type { DuckDBConnection } from '@duckdb/node-api'
import { queryRows, quote } from './duckdb'
import type { ImportProfile } from './types'

const bars = 20
const previewRows = 8

/** Figures of a Parquet file; the caller adds what was dropped. */
export async function profileParquet(
  connection: DuckDBConnection,
  path: string,
): Promise<Omit<ImportProfile, 'dropped'>> {
  const source = `read_parquet(${quote(path)})`
  const [lengths] = await queryRows(
    connection,
    `select median(length(text)) as median, quantile_disc(length(text), 0.98) as high, max(length(text)) as most from ${source}`,
  )
  const width = niceWidth(Number(lengths?.high ?? 0) / bars)
  const counts = await queryRows(
    connection,
    `select least(length(text) // ${width}, ${bars}) as bar, count(*)::integer as count from ${source} group by bar`,
  )
  const splits = await queryRows(
    connection,
    `select split, count(*)::integer as count from ${source} group by split`,
  )
  const preview = await queryRows(
    connection,
    `select line::integer as line, title, ingredients, directions from ${source} order by line limit ${previewRows}`,
  )
  const lengthMax = Number(lengths?.most ?? 0)
  const splitCount = (name: string) => Number(splits.find((row) => row.split === name)?.count ?? 0)
  return {
    lengthHistogram: toHistogram(counts, width, lengthMax),
    lengthMedian: Math.round(Number(lengths?.median ?? 0)),
    lengthMax,
    splits: { train: splitCount('train'), validation: splitCount('validation'), test: splitCount('test') },
    preview: preview.map((row) => ({
      line: Number(row.line),
      title: String(row.title),
      ingredients: row.ingredients as string[],
      directions: row.directions as string[],
    })),
  }
}

/** Bars of equal width up to the 98th percentile; the last one has the rest. */
function toHistogram(counts: Record<string, unknown>[], width: number, lengthMax: number) {
  const byBar = new Map(counts.map((row) => [Number(row.bar), Number(row.count)]))
  const last = Math.max(...byBar.keys())
  return Array.from({ length: last + 1 }, (_, bar) => ({
    from: bar * width,
    to: bar === bars ? lengthMax : (bar + 1) * width,
    count: byBar.get(bar) ?? 0,
  }))
}

/** The next of 10, 20, 50, 100, 200, … */
function niceWidth(width: number): number {
  const power = 10 ** Math.floor(Math.log10(Math.max(width, 10)))
  return [1, 2, 5, 10].map((step) => step * power).find((step) => step >= width) ?? power
}
