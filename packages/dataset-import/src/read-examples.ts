import { makeFolder } from '@palate/config'
import { queryRows, quote, withDuckDb } from './duckdb'
import type { Example } from './types'

const target = { what: 'The drawn recipes', place: "the hub's temporary folder (PALATE_TEMPORARY)" }

/**
 * Draws examples from a version's Parquet file: the same seed gives the same examples in the same order. Ids are
 * drawn first, so the texts of the others are never read. What does not fit into memory goes to `spillFolder`.
 */
export async function readExamples(
  path: string,
  options: { limit: number; seed: number; split?: Example['split']; spillFolder: string },
): Promise<Example[]> {
  const source = `read_parquet(${quote(path)})`
  const filter = options.split ? `where split = ${quote(options.split)}` : ''
  const order = `md5(id || ${quote(String(options.seed))})`
  const { spillFolder } = options
  await makeFolder(spillFolder, target)
  const database = { path: ':memory:', spillFolder, target, memoryLimitMb: 512, threads: 2 }
  return withDuckDb(database, undefined, async (connection) => {
    const rows = await queryRows(
      connection,
      `select id, line::integer as line, title, ingredients, directions, tags, text, split from ${source}
       where id in (select id from ${source} ${filter} order by ${order} limit ${Math.trunc(options.limit)})
       order by ${order}`,
    )
    return rows.map((row) => ({ ...row, line: Number(row.line) }) as Example)
  })
}
