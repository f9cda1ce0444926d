import { rm, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { makeFolder } from '@palate/config'
import { checkRow, DropTally } from './check-row'
import { CsvReader } from './csv-reader'
import { withDuckDb } from './duckdb'
import { DatasetImportError } from './error'
import { JsonlReader } from './jsonl-reader'
import { profileParquet } from './profile'
import { dropDuplicates, openRowTable, writeParquet } from './row-table'
import { sniffFormat } from './sniff'
import { readText } from './text-chunks'
import type { ImportFormat, ImportProfile, ImportProgress, SourceRow } from './types'

export interface ImportOptions {
  path: string
  /** Created if it is missing; contains the Parquet file afterwards, and nothing when the import failed. The caller removes it. */
  workFolder: string
  /** For DuckDB; about a million recipes need 3000. What does not fit is written to `workFolder`. */
  memoryLimitMb?: number
  threads?: number
  onProgress?: (progress: ImportProgress) => void | Promise<void>
  signal?: AbortSignal
}

export interface ImportResult {
  format: ImportFormat
  parquetPath: string
  rowsRead: number
  rowsKept: number
  rowsDropped: number
  profile: ImportProfile
}

const target = { what: 'The imported data', place: "the hub's import folder (in PALATE_STORAGE)" }

/** Reading is most of the work; the rest of the bar is for what follows. */
const readingShare = 80

/**
 * Reads a file of recipes, drops what cannot be used with its reason and line, and writes a Parquet file with the
 * columns id, line, title, ingredients, directions, tags, text, split. The same file gives the same bytes.
 *
 * @throws DatasetImportError when the whole file is unusable; DiskError when there is no room for the result; the signal's reason when it was aborted
 */
export async function importRecipes(options: ImportOptions): Promise<ImportResult> {
  const { path, workFolder, signal } = options
  const format = await sniffFormat(path)
  const parquetPath = join(workFolder, 'examples.parquet')
  const scratch = join(workFolder, 'scratch')
  await makeFolder(scratch, target)
  const database = {
    target,
    path: join(scratch, 'import.duckdb'),
    spillFolder: join(scratch, 'spill'),
    memoryLimitMb: options.memoryLimitMb ?? 1024,
    threads: options.threads ?? 2,
  }
  try {
    return await withDuckDb(database, signal, async (connection) => {
      const tally = new DropTally()
      const rowsRead = await readRows(await openRowTable(connection), tally, format, options)
      await options.onProgress?.({ stage: 'deduplicating', rows: rowsRead, percent: readingShare })
      await dropDuplicates(connection, tally)
      const rowsKept = rowsRead - tally.total
      if (rowsKept === 0) throw nothingLeft(rowsRead, tally)
      await options.onProgress?.({ stage: 'writing', rows: rowsKept, percent: 90 })
      await writeParquet(connection, parquetPath)
      const profile = { dropped: tally.list(), ...(await profileParquet(connection, parquetPath)) }
      await options.onProgress?.({ stage: 'writing', rows: rowsKept, percent: 100 })
      return { format, parquetPath, rowsRead, rowsKept, rowsDropped: tally.total, profile }
    })
  } catch (error) {
    await rm(parquetPath, { force: true })
    signal?.throwIfAborted()
    throw asImportError(error, database.memoryLimitMb)
  } finally {
    await rm(scratch, { recursive: true, force: true })
  }
}

async function readRows(
  table: Awaited<ReturnType<typeof openRowTable>>,
  tally: DropTally,
  format: ImportFormat,
  { path, onProgress, signal }: ImportOptions,
): Promise<number> {
  const { size } = await stat(path)
  const reader = format === 'recipenlg-csv' ? new CsvReader() : new JsonlReader()
  let rowsRead = 0
  const take = (rows: SourceRow[]) => {
    for (const row of rows) {
      const checked = checkRow(row)
      if ('reason' in checked) tally.add(checked.reason, checked.line)
      else table.append(checked.kept)
    }
    rowsRead += rows.length
  }
  for await (const { text, bytesRead } of readText(path, signal)) {
    take(reader.push(text))
    await onProgress?.({ stage: 'reading', rows: rowsRead, percent: (bytesRead / size) * readingShare })
  }
  take(reader.push('', true))
  table.close()
  return rowsRead
}

function nothingLeft(rowsRead: number, tally: DropTally): DatasetImportError {
  const reasons = tally.list().map(({ reason, count, lines }) => `${count} × ${reason} (line ${lines[0]})`)
  return new DatasetImportError(
    rowsRead === 0
      ? 'The file has a header but no recipe.'
      : `None of the ${rowsRead} rows is a usable recipe: ${reasons.join(', ')}.`,
    'Each recipe needs a title, a list of ingredients and a list of directions.',
  )
}

function asImportError(error: unknown, memoryLimitMb: number): unknown {
  if (!(error instanceof Error) || !/out of memory/i.test(error.message)) return error
  return new DatasetImportError(
    `The import did not fit into its ${memoryLimitMb} MB of memory.`,
    'Raise HUB_IMPORT_MEMORY_MB, or split the file.',
  )
}
