import { type DuckDBConnection, DuckDBInstance } from '@duckdb/node-api'

export interface DuckDbOptions {
  /** A database file, or `:memory:`. */
  path: string
  /** For data that does not fit into memory. */
  spillFolder: string
  memoryLimitMb: number
  threads: number
}

/** Opens DuckDB for one piece of work and closes it after; an abort interrupts the statement that runs. */
export async function withDuckDb<Result>(
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
