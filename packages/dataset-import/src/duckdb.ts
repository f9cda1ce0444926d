import { type DuckDBConnection, DuckDBInstance } from '@duckdb/node-api'
import { DiskError, type DiskProblem, type DiskTarget } from '@palate/config'

export interface DuckDbOptions {
  /** A database file, or `:memory:`. */
  path: string
  /** For data that does not fit into memory. */
  spillFolder: string
  /** What is written, and where, for the sentence when the disk does not take it. */
  target: DiskTarget
  memoryLimitMb: number
  threads: number
}

/**
 * Opens DuckDB for one piece of work and closes it after; an abort interrupts the statement that runs.
 *
 * @throws DiskError when the disk is full, read-only or closed to Palate
 */
export async function withDuckDb<Result>(
  options: DuckDbOptions,
  signal: AbortSignal | undefined,
  use: (connection: DuckDBConnection) => Promise<Result>,
): Promise<Result> {
  try {
    return await open(options, signal, use)
  } catch (error) {
    const problem = problemIn(error)
    throw problem ? new DiskError(problem, options.target, error) : error
  }
}

/** DuckDB reports the system's errors as texts. Its own limit for the spill is 90% of what is free on the disk. */
const texts: [RegExp, DiskProblem][] = [
  [/no space left on device|max_temp_directory_size/i, 'full'],
  [/disk quota exceeded/i, 'quota'],
  [/read-only file system/i, 'read_only'],
  [/permission denied/i, 'denied'],
]

function problemIn(error: unknown): DiskProblem | null {
  const text = error instanceof Error ? error.message : ''
  return texts.find(([pattern]) => pattern.test(text))?.[1] ?? null
}

async function open<Result>(
  options: DuckDbOptions,
  signal: AbortSignal | undefined,
  use: (connection: DuckDBConnection) => Promise<Result>,
): Promise<Result> {
  const instance = await DuckDBInstance.create(options.path, {
    memory_limit: `${options.memoryLimitMb}MB`,
    temp_directory: options.spillFolder,
    threads: String(options.threads),
    autoinstall_known_extensions: 'false', // nothing is fetched at run time
  })
  const connection = await instance.connect()
  const interrupt = () => connection.interrupt()
  signal?.addEventListener('abort', interrupt, { once: true })
  try {
    return await use(connection)
  } finally {
    signal?.removeEventListener('abort', interrupt)
    connection.closeSync()
    instance.closeSync()
  }
}

/** A text literal of SQL: COPY and read_parquet take no parameters for file names. */
export function quote(text: string): string {
  return `'${text.replaceAll("'", "''")}'`
}

export async function queryRows(
  connection: DuckDBConnection,
  sql: string,
): Promise<Record<string, unknown>[]> {
  return (await connection.runAndReadAll(sql)).getRowObjectsJS()
}
