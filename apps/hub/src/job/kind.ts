import type { Deps } from '@palate/core'

export interface JobTools {
  deps: Deps
  importMemoryMb: number
  /** For the temporary files of imports. */
  importFolder: string
  /** For what DuckDB does not hold in memory while recipes are drawn. */
  spillFolder: string
  /** Origins that models may be pushed to; with none, any. */
  pushAddresses: readonly string[]
}

/** One kind of background job. Both functions may be called again for the same payload and then change nothing. */
export interface JobKind<Payload> {
  /** @throws DomainError, DatasetImportError or DiskError when a retry cannot help; any other error is retried */
  run(tools: JobTools, payload: Payload, signal: AbortSignal): Promise<void>
  /** Marks what the job was for as failed, with a message for people. */
  giveUp(tools: JobTools, payload: Payload, message: string): Promise<void>
}
