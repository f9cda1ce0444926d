import { BIGINT, type DuckDBConnection, DuckDBDataChunk, LIST, listValue, VARCHAR } from '@duckdb/node-api'
import type { DropTally } from './check-row'
import { queryRows, quote } from './duckdb'
import type { KeptRow } from './types'

const chunkRows = 2048
const columnTypes = [BIGINT, VARCHAR, LIST(VARCHAR), LIST(VARCHAR), LIST(VARCHAR), VARCHAR]

/** The kept rows of an import in DuckDB, which spills to disk what does not fit into its memory. */
export async function openRowTable(connection: DuckDBConnection) {
  await connection.run(
    'create table source (line bigint, title varchar, ingredients varchar[], directions varchar[], tags varchar[], text varchar)',
  )
  const appender = await connection.createAppender('source')
  let waiting: KeptRow[] = []

  function flush(): void {
    if (waiting.length === 0) return
    const chunk = DuckDBDataChunk.create(columnTypes, waiting.length)
    chunk.setColumns([
      waiting.map((row) => BigInt(row.line)),
      waiting.map((row) => row.title),
      waiting.map((row) => listValue(row.ingredients)),
      waiting.map((row) => listValue(row.directions)),
      waiting.map((row) => listValue(row.tags)),
      waiting.map((row) => row.text),
    ])
    appender.appendDataChunk(chunk)
    appender.flushSync()
    waiting = []
  }

  return {
    append(row: KeptRow): void {
      waiting.push(row)
      if (waiting.length >= chunkRows) flush()
    },
    close(): void {
      flush()
      appender.closeSync()
    },
  }
}

/** Recipes that differ only in case are equal. The same expression gives the example's id and its split. */
const key = 'md5_number(lower(text))'

/**
 * Keeps the first of equal recipes. Two passes, the first over hashes alone: a window function would hold every
 * text in memory at once.
 */
export async function dropDuplicates(connection: DuckDBConnection, tally: DropTally): Promise<void> {
  await connection.run(`create table first as select min(line) as line from source group by ${key}`)
  const where = 'from source anti join first using (line)'
  const [total] = await queryRows(connection, `select count(*)::integer as count ${where}`)
  const lines = await queryRows(connection, `select line::integer as line ${where} order by line limit 50`)
  tally.addMany(
    'duplicate',
    Number(total?.count ?? 0),
    lines.map((row) => Number(row.line)),
  )
  await connection.run('delete from source where line not in (select line from first)')
}

/**
 * Writes the kept rows in the order of the file. Splits are frozen: 90 / 5 / 5 in a hundred by the hash of the
 * text, so an example is in the same split of every version that has it.
 */
export async function writeParquet(connection: DuckDBConnection, path: string): Promise<void> {
  await connection.run(`
    copy (
      select 'ex_' || left(md5(lower(text)), 20) as id, line, title, ingredients, directions, tags, text,
             case when ${key} % 100 < 90 then 'train' when ${key} % 100 < 95 then 'validation' else 'test' end as split
      from source
    ) to ${quote(path)} (format parquet, compression zstd, row_group_size 20480)`)
}
