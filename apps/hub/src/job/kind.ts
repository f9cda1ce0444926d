import type { Deps } from '@palate/core'

export interface JobTools {
  deps: Deps
  importMemoryMb: number
}

/** One kind of background job. Both functions may be called again for the same payload and then change nothing. */
export interface JobKind<Payload> {
  /** @throws DomainError or DatasetImportError when trying again is of no use; anything else is tried again */
  run(tools: JobTools, payload: Payload, signal: AbortSignal): Promise<void>
  /** Ends what the job was for, with a sentence for people. */
  giveUp(tools: JobTools, payload: Payload, sentence: string): Promise<void>
}
